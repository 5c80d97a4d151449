#include "ui/models/slow_motion.h"

#include <algorithm>
#include <cmath>

namespace grainscope::ui {
namespace {

constexpr int frameMs = 33;

}  // namespace

SlowMotion::SlowMotion(TimeNavigator& time, QObject* parent) : QObject(parent), time_(time) {
    ticks_.setInterval(frameMs);
    ticks_.setTimerType(Qt::PreciseTimer);
    connect(&ticks_, &QTimer::timeout, this, [this] { advance(clock_.nsecsElapsed()); });
}

const std::vector<int>& SlowMotion::slowdowns() {
    static const std::vector<int> all{1, 3, 10, 30, 100, 300, 1000, 3000, 10'000, 30'000};
    return all;
}

void SlowMotion::setSlowdown(int slowdown) {
    slowdown = std::clamp(slowdown, slowdowns().front(), slowdowns().back());
    if (slowdown == slowdown_) return;
    slowdown_ = slowdown;
    Q_EMIT slowdownChanged(slowdown);
}

int SlowMotion::slowdownFor(double nanoseconds, double seconds) {
    for (const int slowdown : slowdowns())
        if (nanoseconds * slowdown >= seconds * 1e9 / 2) return slowdown;
    return slowdowns().back();
}

void SlowMotion::play() {
    if (isPlaying() || time_.end() <= 0) return;
    const TimeRange visible = time_.visible();
    const auto cursor = time_.cursor();
    if (!cursor || *cursor >= time_.end() - 1) time_.setCursor(visible.begin < time_.end() - 1 ? visible.begin : 0);
    time_.setFollowing(false);
    rest_ = 0;
    clock_.start();
    ticks_.start();
    Q_EMIT playingChanged(true);
}

void SlowMotion::pause() {
    if (!isPlaying()) return;
    ticks_.stop();
    Q_EMIT playingChanged(false);
}

void SlowMotion::advance(Nanoseconds passed) {
    clock_.restart();
    const auto cursor = time_.cursor();
    // Somebody took the cursor away: there is nothing left to move.
    if (!cursor) return pause();
    const double step = static_cast<double>(passed) / slowdown_ + rest_;
    rest_ = step - std::floor(step);
    const Nanoseconds to = std::min(*cursor + static_cast<Nanoseconds>(step), time_.end() - 1);
    time_.setCursor(to);
    const TimeRange visible = time_.visible();
    // At the edge the page is turned.
    if (to >= visible.end) time_.show({to, to + visible.length()});
    if (to >= time_.end() - 1) pause();
}

}  // namespace grainscope::ui
