#include <ui/views/data_bars_view.h>

#include <algorithm>

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <grainscope/trace/data_board.h>
#include <ui/models/board_model.h>
#include <ui/theme/state_fill.h>
#include <ui/theme/theme.h>

namespace grainscope::ui {
namespace {

constexpr double fullScale = 65535;

/// Left edge of bar `index` of `count` over `width` device px. Whole px, so that bars have sharp sides.
int edge(int index, int count, int width) { return static_cast<int>(static_cast<qint64>(index) * width / count); }

}  // namespace

DataBarsView::DataBarsView(BoardModel& model, QWidget* parent) : QWidget(parent), model_(model) {
    setObjectName(QStringLiteral("dataBars"));
    setAccessibleName(tr("Data"));
    setAccessibleDescription(tr("The values of the data at sampled positions, and the worker that last wrote each"));
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    connect(&Theme::instance(), &Theme::changed, this, &DataBarsView::takeFrame);
}

void DataBarsView::takeFrame() {
    stale_ = true;
    update();
}

QAbstractItemModel* DataBarsView::tableTwin() const { return &model_; }

QSize DataBarsView::sizeHint() const { return {600, Theme::instance().px(150)}; }

QSize DataBarsView::minimumSizeHint() const { return {120, Theme::instance().px(60)}; }

void DataBarsView::paintEvent(QPaintEvent*) {
    if (stale_ || raster_.isNull()) draw();
    QPainter painter(this);
    painter.drawImage(0, 0, raster_);
    if (model_.count() > 0) return;
    painter.setPen(tokens().muted);
    painter.drawText(rect(), Qt::AlignCenter, tr("Run a workload, and its data appears here."));
}

void DataBarsView::resizeEvent(QResizeEvent*) { stale_ = true; }

bool DataBarsView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && model_.count() > 0) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int index =
            std::clamp(static_cast<int>(static_cast<qint64>(help->pos().x()) * model_.count() / std::max(1, width())),
                       0, model_.count() - 1);
        QToolTip::showText(help->globalPos(), model_.sentence(index), this);
        return true;
    }
    return QWidget::event(event);
}

void DataBarsView::draw() {
    const Tokens& t = tokens();
    const qreal ratio = devicePixelRatioF();
    const QSize size(qRound(width() * ratio), qRound(height() * ratio));
    if (raster_.size() != size) raster_ = QImage(size, QImage::Format_RGB32);
    const StateFill& fill = StateFill::shared(t, 1);
    const auto values = model_.values();
    const auto owners = model_.owners();
    const int count = model_.count();
    const int gap = count > 0 && size.width() / count >= 3 ? 1 : 0;
    const auto width = static_cast<std::size_t>(size.width());
    const auto period = static_cast<std::size_t>(fill.stripePeriod());

    // By column: where its bar begins, and its ink in every row of the stripes. One fill a bar costs five times as much
    // as going through the picture once.
    tops_.assign(width, size.height());
    inks_.resize(width * period);
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const auto left = static_cast<std::size_t>(edge(i, count, size.width()));
        const auto right =
            std::min(width, std::max(left + 1, static_cast<std::size_t>(edge(i + 1, count, size.width()) - gap)));
        const int tall = std::max(1, static_cast<int>(values[at] / fullScale * size.height()));
        const bool untouched = owners[at] == trace::DataBoard::no_owner;
        for (std::size_t x = left; x < right; ++x) tops_[x] = size.height() - tall;
        for (std::size_t row = 0; row < period; ++row) {
            const QRgb ink = untouched ? t.searching.rgb() : fill.workerInk(owners[at], static_cast<int>(row));
            std::fill(inks_.begin() + static_cast<std::ptrdiff_t>(row * width + left),
                      inks_.begin() + static_cast<std::ptrdiff_t>(row * width + right), ink);
        }
    }
    const QRgb ground = t.plotGround.rgb();
    for (int y = 0; y < size.height(); ++y) {
        auto* const line = reinterpret_cast<QRgb*>(raster_.scanLine(y));
        const QRgb* const ink = inks_.data() + static_cast<std::size_t>(y) % period * width;
        const int* const top = tops_.data();
        for (std::size_t x = 0; x < width; ++x) line[x] = y < top[x] ? ground : ink[x];
    }
    raster_.setDevicePixelRatio(ratio);
    stale_ = false;
}

}  // namespace grainscope::ui
