#include <ui/views/grid_key.h>

#include <algorithm>
#include <numeric>

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include <ui/models/board_model.h>
#include <ui/models/format.h>
#include <ui/theme/theme.h>
#include <ui/theme/value_shades.h>
#include <ui/widgets/share_rows.h>

namespace grainscope::ui {
namespace {

/// With more workers than this, the last row stands for all the others.
constexpr std::size_t mostRows = 8;

}  // namespace

ShadeStrip::ShadeStrip(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed); }

QSize ShadeStrip::sizeHint() const { return {Theme::instance().px(90), Theme::instance().px(9)}; }

void ShadeStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const ValueShades& shades = ValueShades::shared(tokens());
    for (int x = 0; x < width(); ++x) {
        const auto value = static_cast<std::uint16_t>(65535LL * x / std::max(1, width() - 1));
        painter.fillRect(x, 0, 1, height(), QColor::fromRgb(shades.of(0, value)));
    }
}

GridKey::GridKey(BoardModel& model, QWidget* parent)
    : QWidget(parent),
      model_(model),
      heading_(new QLabel),
      shares_(new ShareRows),
      value_(new QLabel),
      least_(new QLabel(formatPercent(0))),
      most_(new QLabel(formatPercent(1))) {
    setObjectName(QStringLiteral("gridKey"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    for (QLabel* label : {heading_, value_, least_, most_}) label->setProperty("muted", true);
    value_->setWordWrap(true);
    auto* strip = new QHBoxLayout;
    strip->setSpacing(space::half);
    strip->addWidget(least_);
    strip->addWidget(new ShadeStrip, 1);
    strip->addWidget(most_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::half);
    column->addWidget(heading_);
    column->addWidget(shares_);
    column->addStretch(1);
    column->addWidget(value_);
    column->addLayout(strip);
    connect(&Theme::instance(), &Theme::changed, this, &GridKey::dress);
    dress();
}

QSize GridKey::sizeHint() const { return {Theme::instance().px(250), QWidget::sizeHint().height()}; }

void GridKey::takeReadouts() {
    heading_->setText(tr("Written by whom, of %1 cells").arg(formatCount(model_.count())));
    value_->setText(model_.picture().value);
    const BoardModel::Shares shares = model_.shares();
    const double all = std::max(1, model_.count());
    std::vector<Share> rows;
    const auto& counts = shares.byWorker;
    const std::size_t named = counts.size() <= mostRows ? counts.size() : mostRows - 1;
    for (std::size_t i = 0; i < named; ++i) {
        const int worker = static_cast<int>(i);
        rows.push_back({model_.ownerName(worker), counts[i] / all, tokens().worker(worker),
                        tr("%1 cells").arg(formatCount(counts[i]))});
    }
    if (named < counts.size()) {
        const int others = std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(named), counts.end(), 0);
        rows.push_back({tr("%1 others").arg(formatCount(static_cast<int>(counts.size() - named))), others / all,
                        tokens().muted, tr("%1 cells").arg(formatCount(others))});
    }
    rows.push_back(
        {tr("nobody yet"), shares.nobody / all, tokens().searching, tr("%1 cells").arg(formatCount(shares.nobody))});
    shares_->setShares(rows);
}

void GridKey::dress() {
    for (QLabel* label : {heading_, value_, least_, most_}) label->setFont(Theme::instance().font(Type::small));
    updateGeometry();
    takeReadouts();
}

}  // namespace grainscope::ui
