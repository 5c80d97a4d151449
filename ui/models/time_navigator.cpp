#include "ui/models/time_navigator.h"

#include <algorithm>
#include <cmath>

namespace grainscope::ui {

namespace {

constexpr std::size_t mostSteps = 200;
/// What an empty live view shows: the first second to come.
constexpr Nanoseconds shortestFollow = 1'000'000'000;

/// The smallest of 1, 2, 5, 10, 20 ... seconds that is at least `length`.
Nanoseconds stepAtLeast(Nanoseconds length) {
    for (Nanoseconds power = shortestFollow;; power *= 10) {
        for (const Nanoseconds factor : {1, 2, 5}) {
            if (factor * power >= length) return factor * power;
        }
    }
}

}  // namespace

TimeNavigator::TimeNavigator(QObject* parent) : QObject(parent) {}

void TimeNavigator::setEnd(Nanoseconds end) {
    if (end == end_) return;
    end_ = end;
    if (following_) follow();
}

void TimeNavigator::restart(bool live, Nanoseconds end) {
    end_ = end;
    past_.clear();
    future_.clear();
    inGesture_ = false;
    Q_EMIT historyChanged();
    setCursor(std::nullopt);
    setSelection(std::nullopt);
    if (following_ != live) {
        following_ = live;
        Q_EMIT followingChanged(live);
    }
    if (live) {
        follow();
    } else {
        apply({0, std::max(end, shortestRange)});
    }
}

void TimeNavigator::show(TimeRange range) { move(range, false); }

void TimeNavigator::fit() { move({0, std::max(end_, shortestRange)}, false); }

void TimeNavigator::zoom(double factor, Nanoseconds anchor) {
    if (!(factor > 0)) return;
    const auto scaled = [&](Nanoseconds edge) {
        return anchor + static_cast<Nanoseconds>(std::llround(static_cast<double>(edge - anchor) / factor));
    };
    move({scaled(visible_.begin), scaled(visible_.end)}, true);
}

void TimeNavigator::pan(double fraction) {
    const auto distance = static_cast<Nanoseconds>(std::llround(fraction * static_cast<double>(visible_.length())));
    // A pan against the edge stops there and keeps its length.
    const Nanoseconds most = std::max(end_, visible_.end);
    const Nanoseconds begin =
        std::clamp<Nanoseconds>(visible_.begin + distance, 0, std::max<Nanoseconds>(0, most - visible_.length()));
    move({begin, begin + visible_.length()}, true);
}

void TimeNavigator::zoomToSelection() {
    if (selection_ && !selection_->isEmpty()) show(*selection_);
}

void TimeNavigator::undo() {
    if (past_.empty()) return;
    future_.push_back(visible_);
    const TimeRange range = past_.back();
    past_.pop_back();
    inGesture_ = false;
    setFollowing(false);
    apply(range);
    Q_EMIT historyChanged();
}

void TimeNavigator::redo() {
    if (future_.empty()) return;
    past_.push_back(visible_);
    const TimeRange range = future_.back();
    future_.pop_back();
    inGesture_ = false;
    setFollowing(false);
    apply(range);
    Q_EMIT historyChanged();
}

void TimeNavigator::endGesture() { inGesture_ = false; }

void TimeNavigator::setCursor(std::optional<Nanoseconds> time) {
    if (cursor_ == time) return;
    cursor_ = time;
    Q_EMIT cursorChanged();
}

void TimeNavigator::setSelection(std::optional<TimeRange> range) {
    if (range && range->end < range->begin) std::swap(range->begin, range->end);
    if (range && range->isEmpty()) range.reset();
    if (selection_ == range) return;
    selection_ = range;
    Q_EMIT selectionChanged();
}

void TimeNavigator::setFollowing(bool following) {
    if (following_ == following) return;
    following_ = following;
    inGesture_ = false;
    Q_EMIT followingChanged(following);
    if (following) follow();
}

void TimeNavigator::setFollowSpan(Nanoseconds span) {
    followSpan_ = std::max(span, shortestFollow);
    if (following_) follow();
}

void TimeNavigator::move(TimeRange range, bool gesture) {
    const Nanoseconds most = std::max(end_, shortestRange);
    const Nanoseconds length = std::clamp(range.length(), shortestRange, most);
    const Nanoseconds begin = std::clamp<Nanoseconds>(range.begin, 0, most - length);
    const TimeRange inside{begin, begin + length};
    if (inside == visible_ && !following_) return;
    if (!gesture || !inGesture_) {
        past_.push_back(visible_);
        if (past_.size() > mostSteps) past_.erase(past_.begin());
        future_.clear();
        Q_EMIT historyChanged();
    }
    inGesture_ = gesture;
    if (following_) {
        following_ = false;
        Q_EMIT followingChanged(false);
    }
    apply(inside);
}

void TimeNavigator::apply(TimeRange range) {
    if (range == visible_) return;
    visible_ = range;
    Q_EMIT visibleChanged();
}

void TimeNavigator::follow() {
    const Nanoseconds grown = std::min(stepAtLeast(end_), followSpan_);
    if (end_ <= grown) {
        apply({0, grown});
    } else {
        apply({end_ - grown, end_});
    }
}

}  // namespace grainscope::ui
