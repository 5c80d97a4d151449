#include <ui/widgets/card.h>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <ui/theme/theme.h>
#include <ui/widgets/icon.h>
#include <ui/widgets/table_view.h>

namespace grainscope::ui {

Card::Card(const QString& title, QWidget* parent)
    : QFrame(parent),
      title_(new QLabel(title)),
      readout_(new QLabel),
      rows_(new QVBoxLayout(this)),
      head_(new QHBoxLayout) {
    readout_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    readout_->setTextInteractionFlags(Qt::NoTextInteraction);
    // A long readout is cut rather than widening the window.
    readout_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    head_->addWidget(title_);
    head_->addWidget(readout_, 1);
    rows_->addLayout(head_);
    dress();
    connect(&Theme::instance(), &Theme::changed, this, &Card::dress);
}

void Card::setTitle(const QString& title) { title_->setText(title); }

void Card::setReadout(const QString& text) {
    if (!figures_) {
        figures_ = true;
        dress();
    }
    readout_->setText(text);
}

void Card::setRemark(const QString& text) {
    if (figures_) {
        figures_ = false;
        dress();
    }
    readout_->setText(text);
}

void Card::setContent(QWidget* content, QAbstractItemModel* twin) {
    if (!twin) {
        rows_->addWidget(content, 1);
        return;
    }
    auto* stack = new QStackedWidget;
    stack->addWidget(content);
    rows_->addWidget(stack, 1);
    toggle_ = new QToolButton;
    toggle_->setCheckable(true);
    toggle_->setProperty("flat", true);
    toggle_->setAccessibleName(tr("%1 as a table").arg(title_->text()));
    toggle_->setToolTip(tr("Show the figures of this picture as a table"));
    head_->addWidget(toggle_);
    dress();
    connect(toggle_, &QToolButton::toggled, this, [this, stack, twin](bool asTable) {
        if (asTable && stack->count() == 1) {
            // Made when it is asked for: a table that nobody sees costs nothing at every change of its model.
            stack->addWidget(makeTableView(*twin, toggle_->accessibleName()));
        } else if (!asTable && stack->count() > 1) {
            delete stack->widget(1);
        }
        stack->setCurrentIndex(asTable ? 1 : 0);
    });
}

void Card::paintEvent(QPaintEvent*) {
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(t.line, t.lineWidth));
    painter.setBrush(t.plotGround);
    const qreal inset = t.lineWidth / 2.0;
    painter.drawRoundedRect(QRectF(rect()).adjusted(inset, inset, -inset, -inset), space::corner, space::corner);
}

void Card::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) update();
}

void Card::dress() {
    Theme& theme = Theme::instance();
    const int side = theme.px(space::gap);
    rows_->setContentsMargins(side, theme.px(space::half), side, theme.px(space::half));
    rows_->setSpacing(theme.px(space::unit));
    title_->setFont(theme.font(Type::strong));
    readout_->setFont(theme.font(figures_ ? Type::figures : Type::body));
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, theme.tokens().muted);
    title_->setPalette(muted);
    if (toggle_) toggle_->setIcon(themedIcon(QStringLiteral("table"), theme.tokens().muted));
    if (figures_)
        readout_->setPalette(QPalette());
    else
        readout_->setPalette(muted);
}

}  // namespace grainscope::ui
