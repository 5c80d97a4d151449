#include <ui/widgets/share_rows.h>

#include <algorithm>

#include <QGridLayout>
#include <QLabel>
#include <QPainter>

#include <ui/models/format.h>
#include <ui/theme/theme.h>

namespace grainscope::ui {

ShareBar::ShareBar(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed); }

void ShareBar::setShare(double fraction, const QColor& colour) {
    if (fraction == fraction_ && colour == colour_) return;
    fraction_ = fraction;
    colour_ = colour;
    update();
}

QSize ShareBar::sizeHint() const { return {Theme::instance().px(90), Theme::instance().px(9)}; }

void ShareBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(tokens().grid);
    const qreal radius = height() / 3.0;
    painter.drawRoundedRect(rect(), radius, radius);
    if (fraction_ <= 0) return;
    painter.setBrush(colour_);
    // A share that is there is seen, however small.
    const qreal filled = std::max<qreal>(radius * 2, width() * std::min(1.0, fraction_));
    painter.drawRoundedRect(QRectF(0, 0, filled, height()), radius, radius);
}

ShareRows::ShareRows(QWidget* parent) : QWidget(parent), grid_(new QGridLayout(this)) {
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(space::gap);
    grid_->setVerticalSpacing(space::unit + 2);
    grid_->setColumnStretch(1, 1);
}

void ShareRows::setShares(const std::vector<Share>& shares) {
    while (rows_.size() < shares.size()) {
        const int line = static_cast<int>(rows_.size());
        Row row{new QLabel, new ShareBar, new QLabel};
        row.figure->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        grid_->addWidget(row.name, line, 0);
        grid_->addWidget(row.bar, line, 1);
        grid_->addWidget(row.figure, line, 2);
        rows_.push_back(row);
    }
    const QFont figures = Theme::instance().font(Type::figures);
    const int figureWidth = QFontMetrics(figures).horizontalAdvance(QStringLiteral("100.0 %"));
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const Row& row = rows_[i];
        const bool shown = i < shares.size();
        row.name->setVisible(shown);
        row.bar->setVisible(shown);
        row.figure->setVisible(shown);
        if (!shown) continue;
        const Share& share = shares[i];
        const QString figure = share.fraction < 0 ? unknownText() : formatPercent(share.fraction, 1);
        row.name->setText(share.name);
        row.bar->setShare(share.fraction, share.colour);
        row.bar->setAccessibleName(tr("%1: %2").arg(share.name, figure));
        row.figure->setFont(figures);
        row.figure->setMinimumWidth(figureWidth);
        row.figure->setText(figure);
        for (QWidget* part :
             {static_cast<QWidget*>(row.name), static_cast<QWidget*>(row.bar), static_cast<QWidget*>(row.figure)})
            part->setToolTip(share.explanation);
    }
}

}  // namespace grainscope::ui
