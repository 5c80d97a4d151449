#include <ui/widgets/table_view.h>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QTableView>

#include <ui/theme/theme.h>

namespace grainscope::ui {
namespace {

/// The selected rows, tab-separated, as a spreadsheet takes them.
void copySelection(const QTableView& table) {
    QStringList lines;
    for (const QModelIndex& row : table.selectionModel()->selectedRows()) {
        QStringList cells;
        for (int column = 0; column < table.model()->columnCount(); ++column)
            cells << row.siblingAtColumn(column).data().toString();
        lines << cells.join(u'\t');
    }
    QApplication::clipboard()->setText(lines.join(u'\n'));
}

}  // namespace

QTableView* makeTableView(QAbstractItemModel& model, const QString& name) {
    auto* table = new QTableView;
    table->setModel(&model);
    table->setAccessibleName(name);
    table->setShowGrid(false);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setTabKeyNavigation(false);
    table->setWordWrap(false);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->verticalHeader()->hide();
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->horizontalHeader()->setStretchLastSection(true);
    table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);

    auto* copy = new QAction(QObject::tr("Copy"), table);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    QObject::connect(copy, &QAction::triggered, table, [table] { copySelection(*table); });
    table->addAction(copy);
    table->setContextMenuPolicy(Qt::ActionsContextMenu);

    const auto dress = [table] {
        Theme& theme = Theme::instance();
        table->setFont(theme.font(Type::figures));
        QFont heading = theme.font(Type::small);
        heading.setWeight(QFont::DemiBold);
        for (QHeaderView* header : {table->horizontalHeader(), table->verticalHeader()}) header->setFont(heading);
        table->verticalHeader()->setDefaultSectionSize(theme.px(24));
    };
    QObject::connect(&Theme::instance(), &Theme::changed, table, dress);
    dress();
    return table;
}

}  // namespace grainscope::ui
