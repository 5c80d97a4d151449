#include <ui/widgets/command_palette.h>

#include <algorithm>

#include <QAction>
#include <QCoreApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <ui/theme/theme.h>

namespace grainscope::ui {
namespace {

constexpr int actionRole = Qt::UserRole;
constexpr int placeRole = Qt::UserRole + 1;
constexpr int shortcutRole = Qt::UserRole + 2;

/// Every word of what was typed occurs in the command, in any order.
class WordsFilter : public QSortFilterProxyModel {
  public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setWords(const QString& text) {
        words_ = text.split(u' ', Qt::SkipEmptyParts);
        invalidateFilter();
    }

  protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
        const QModelIndex index = sourceModel()->index(row, 0, parent);
        const QString text = index.data(placeRole).toString() + u' ' + index.data().toString();
        return std::all_of(words_.begin(), words_.end(),
                           [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
    }

  private:
    QStringList words_;
};

/// Name at the left, menu and keys at the right.
class CommandDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QStyledItemDelegate::paint(painter, option, index);
        const QString right =
            index.data(placeRole).toString() + QStringLiteral("   ") + index.data(shortcutRole).toString();
        painter->setPen(tokens().muted);
        painter->setFont(Theme::instance().font(Type::small));
        painter->drawText(option.rect.adjusted(0, 0, -space::gap, 0), Qt::AlignRight | Qt::AlignVCenter, right);
    }
};

}  // namespace

CommandPalette::CommandPalette(QWidget* parent)
    : QDialog(parent),
      search_(new QLineEdit),
      list_(new QListView),
      model_(new QStandardItemModel(this)),
      proxy_(new WordsFilter(this)) {
    setObjectName(QStringLiteral("commandPalette"));
    setAttribute(Qt::WA_StyledBackground);
    setWindowTitle(tr("Commands"));
    setWindowFlags(Qt::Popup | Qt::FramelessWindowHint);
    search_->setPlaceholderText(tr("Search commands…"));
    search_->setAccessibleName(tr("Search commands"));
    search_->installEventFilter(this);
    list_->setAccessibleName(tr("Commands"));
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    list_->setItemDelegate(new CommandDelegate(list_));
    list_->setUniformItemSizes(true);
    proxy_->setSourceModel(model_);
    list_->setModel(proxy_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::half, space::half, space::half, space::half);
    column->addWidget(search_);
    column->addWidget(list_, 1);
    connect(search_, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(list_, &QListView::clicked, this, &CommandPalette::triggerCurrent);
}

void CommandPalette::open(const std::vector<Command>& commands) {
    model_->clear();
    for (const Command& command : commands) {
        QString name = command.action->text();
        name.remove(u'&');
        auto* item = new QStandardItem(name);
        item->setData(QVariant::fromValue(command.action), actionRole);
        item->setData(command.place, placeRole);
        item->setData(command.action->shortcut().toString(QKeySequence::NativeText), shortcutRole);
        item->setEnabled(command.action->isEnabled());
        item->setToolTip(command.action->toolTip());
        model_->appendRow(item);
    }
    search_->clear();
    filter(QString());
    Theme& theme = Theme::instance();
    const int width = theme.px(520);
    resize(width, theme.px(380));
    const QWidget* window = parentWidget();
    move(window->mapToGlobal(QPoint((window->width() - width) / 2, theme.px(64))));
    show();
    search_->setFocus();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == search_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        switch (key->key()) {
            case Qt::Key_Return:
            case Qt::Key_Enter:
                triggerCurrent();
                return true;
            case Qt::Key_Up:
            case Qt::Key_Down:
            case Qt::Key_PageUp:
            case Qt::Key_PageDown:
                QCoreApplication::sendEvent(list_, event);
                return true;
            default:
                break;
        }
    }
    return QDialog::eventFilter(watched, event);
}

void CommandPalette::filter(const QString& text) {
    static_cast<WordsFilter*>(proxy_)->setWords(text);
    list_->setCurrentIndex(proxy_->index(0, 0));
}

void CommandPalette::triggerCurrent() {
    auto* action = list_->currentIndex().data(actionRole).value<QAction*>();
    if (!action || !action->isEnabled()) return;
    hide();
    action->trigger();
}

}  // namespace grainscope::ui
