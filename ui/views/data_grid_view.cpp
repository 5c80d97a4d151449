#include <ui/views/data_grid_view.h>

#include <algorithm>

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <grainscope/trace/data_board.h>
#include <ui/models/board_model.h>
#include <ui/theme/state_fill.h>
#include <ui/theme/theme.h>
#include <ui/theme/value_shades.h>

namespace grainscope::ui {
namespace {

/// Cells of this many px and more are told apart by a line between them.
constexpr int gapFrom = 7;

}  // namespace

DataGridView::DataGridView(BoardModel& model, QWidget* parent) : QWidget(parent), model_(model) {
    setObjectName(QStringLiteral("dataGrid"));
    setAccessibleName(tr("Data"));
    setAccessibleDescription(tr("The values of the data cell by cell, and the worker that last wrote each"));
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    connect(&Theme::instance(), &Theme::changed, this, &DataGridView::takeFrame);
}

void DataGridView::takeFrame() {
    stale_ = true;
    update();
}

std::optional<int> DataGridView::slotAt(QPoint at) const {
    if (!model_.isGrid()) return std::nullopt;
    const qreal ratio = devicePixelRatioF();
    const CellGrid cells(QSize(qRound(width() * ratio), qRound(height() * ratio)), model_.picture().columns,
                         model_.picture().rows);
    return cells.slotAt(QPoint(static_cast<int>((at.x() + 0.5) * ratio), static_cast<int>((at.y() + 0.5) * ratio)));
}

QAbstractItemModel* DataGridView::tableTwin() const { return &model_; }

QSize DataGridView::sizeHint() const { return {600, Theme::instance().px(260)}; }

QSize DataGridView::minimumSizeHint() const { return {120, Theme::instance().px(60)}; }

void DataGridView::paintEvent(QPaintEvent*) {
    if (stale_ || raster_.isNull()) draw();
    QPainter painter(this);
    painter.drawImage(0, 0, raster_);
}

void DataGridView::resizeEvent(QResizeEvent*) { stale_ = true; }

bool DataGridView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const auto slot = slotAt(help->pos()))
            QToolTip::showText(help->globalPos(), model_.sentence(*slot), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

void DataGridView::draw() {
    const qreal ratio = devicePixelRatioF();
    const QSize size(qRound(width() * ratio), qRound(height() * ratio));
    cells_ = model_.isGrid() ? CellGrid(size, model_.picture().columns, model_.picture().rows) : CellGrid();
    if (raster_.size() != size) raster_ = QImage(size, QImage::Format_RGB32);
    raster_.setDevicePixelRatio(ratio);
    stale_ = false;
    // The ground shows around the cells and between them.
    raster_.fill(tokens().plotGround);
    if (cells_.isEmpty()) return;
    const int side = cells_.rect().width() / cells_.columns();
    const int gap = side >= gapFrom ? 1 : 0;
    const StateFill& fill = StateFill::shared(tokens(), ratio);
    line_.resize(static_cast<std::size_t>(cells_.rect().width()));
    edges_.clear();
    for (int column = 0; column <= cells_.columns(); ++column)
        edges_.push_back(cells_.left(column) - cells_.rect().left());
    for (int row = 0; row < cells_.rows(); ++row) {
        const int bottom = std::max(cells_.top(row), cells_.top(row + 1) - gap);
        if (bottom == cells_.top(row)) continue;
        drawRow(row, gap);
        for (int y = cells_.top(row); y < bottom; ++y) {
            const bool onStripe = !striped_.empty() && y % fill.stripePeriod() < fill.stripeWidth();
            std::ranges::copy(onStripe ? striped_ : line_,
                              reinterpret_cast<QRgb*>(raster_.scanLine(y)) + cells_.rect().left());
        }
    }
}

void DataGridView::drawRow(int row, int gap) {
    const ValueShades& shades = ValueShades::shared(tokens());
    const StateFill& fill = StateFill::shared(tokens(), devicePixelRatioF());
    const QRgb ground = tokens().plotGround.rgb();
    const QRgb stripe = tokens().stripe.rgb();
    const auto values = model_.values();
    const auto owners = model_.owners();
    striped_.clear();
    auto slot = static_cast<std::size_t>(row) * static_cast<std::size_t>(cells_.columns());
    for (int column = 0; column < cells_.columns(); ++column, ++slot) {
        const int from = edges_[static_cast<std::size_t>(column)];
        const int to = edges_[static_cast<std::size_t>(column) + 1];
        if (from == to) continue;
        const std::uint16_t owner = owners[slot];
        const bool nobody = owner == trace::DataBoard::no_owner;
        const QRgb ink = nobody ? shades.ofNobody(values[slot]) : shades.of(owner, values[slot]);
        const auto fillLine = [&](std::vector<QRgb>& line, QRgb colour) {
            std::fill(line.begin() + from, line.begin() + to, colour);
            if (gap > 0) line[static_cast<std::size_t>(to) - 1] = ground;
        };
        fillLine(line_, ink);
        const bool stripes = !nobody && fill.isStriped(owner);
        if (stripes && striped_.empty()) striped_ = line_;
        if (!striped_.empty()) fillLine(striped_, stripes ? stripe : ink);
    }
}

}  // namespace grainscope::ui
