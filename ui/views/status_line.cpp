#include <ui/views/status_line.h>

#include <ctime>
#include <utility>

#include <QLabel>
#include <QPainter>

#include <ui/models/format.h>
#include <ui/session/workspace.h>
#include <ui/theme/theme.h>

namespace grainscope::ui {
namespace {

std::int64_t now(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

/// Says the state a second time, for the eye that does not read. The sentence beside it says it in words.
class StatusDot : public QWidget {
  public:
    StatusDot() { setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed); }
    void setColour(const QColor& colour) {
        if (std::exchange(colour_, colour) != colour) update();
    }
    [[nodiscard]] QSize sizeHint() const override {
        const int side = Theme::instance().px(10);
        return {side, side};
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour_);
        painter.drawEllipse(rect());
    }

  private:
    QColor colour_;
};

StatusLine::StatusLine(Workspace& workspace, QWidget* parent)
    : QStatusBar(parent), workspace_(workspace), dot_(new StatusDot), sentence_(new QLabel), figures_(new QLabel) {
    setAccessibleName(tr("Status"));
    setSizeGripEnabled(false);
    sentence_->setObjectName(QStringLiteral("stateSentence"));
    sentence_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    figures_->setObjectName(QStringLiteral("statusFigures"));
    figures_->setProperty("muted", true);
    setContentsMargins(space::gap, 0, space::gap, 0);
    addWidget(dot_);
    addWidget(sentence_, 1);
    addPermanentWidget(figures_);
    connect(&workspace_.controller, &RunController::stateChanged, this, &StatusLine::takeState);
    connect(&workspace_.controller, &RunController::sentenceChanged, this, &StatusLine::takeState);
    connect(&workspace_.catalog, &WorkloadCatalog::changed, this, &StatusLine::takeState);
    connect(&workspace_, &Workspace::recordingReplaced, this, &StatusLine::takeState);
    connect(&Theme::instance(), &Theme::changed, this, &StatusLine::dress);
    dress();
    takeReadouts(0);
}

void StatusLine::takeReadouts(double frameMilliseconds) {
    takeOwnShare();
    const RunController& controller = workspace_.controller;
    QStringList parts;
    if (workspace_.recording()) {
        if (controller.isActive()) parts << tr("%1 events/s").arg(formatCompact(controller.eventsPerSecond()));
        parts << tr("%1 dropped")
                     .arg(formatCount(static_cast<qint64>(workspace_.recording()->recording().dropped_events)));
    }
    if (frameMilliseconds > 0) parts << tr("frame %1 ms").arg(QLocale().toString(frameMilliseconds, 'f', 1));
    if (controller.isActive() && ownShare_ >= 0) parts << tr("window uses %1 of a core").arg(formatPercent(ownShare_));
    figures_->setText(parts.join(QStringLiteral(" · ")));
}

void StatusLine::takeState() {
    const Tokens& t = tokens();
    const RunController& controller = workspace_.controller;
    QColor colour = t.muted;
    QString sentence = controller.sentence();
    switch (controller.state()) {
        case RunController::State::idle:
            break;
        case RunController::State::starting:
        case RunController::State::running:
            colour = t.right;
            break;
        case RunController::State::paused:
        case RunController::State::stopping:
            colour = t.loss;
            break;
        case RunController::State::failed:
            colour = t.wrong;
            break;
    }
    if (!controller.isActive() && workspace_.recording() && workspace_.recording() != controller.recording())
        sentence = tr("Showing %1").arg(workspace_.recording()->title());
    else if (sentence.isEmpty() && workspace_.catalog.state() == WorkloadCatalog::State::loading)
        sentence = tr("Reading the list of workloads");
    else if (sentence.isEmpty())
        sentence = tr("Ready");
    dot_->setColour(colour);
    sentence_->setText(sentence);
    sentence_->setToolTip(sentence);
}

void StatusLine::takeOwnShare() {
    constexpr std::int64_t window = 1'000'000'000;
    const std::int64_t wall = now(CLOCK_MONOTONIC);
    const std::int64_t cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    if (wallMark_ != 0 && wall - wallMark_ < window) return;
    if (wallMark_ != 0) ownShare_ = static_cast<double>(cpu - cpuMark_) / static_cast<double>(wall - wallMark_);
    wallMark_ = wall;
    cpuMark_ = cpu;
}

void StatusLine::dress() {
    figures_->setFont(Theme::instance().font(Type::figures));
    takeState();
}

}  // namespace grainscope::ui
