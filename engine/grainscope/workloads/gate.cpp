#include <grainscope/workloads/gate.h>

#include <algorithm>
#include <chrono>

#include <grainscope/runtime/blocking.h>

namespace grainscope::workloads {

namespace {

// What the calling thread still owes to the eye. A sleep of a few microseconds is not to be had from the kernel, so the
// delays of short tasks are saved up until they are worth one.
thread_local double owed_ns = 0;
thread_local const Gate* owed_to = nullptr;

constexpr double shortest_sleep_ns = 500'000;
constexpr double longest_sleep_ns = 60e9;

}  // namespace

void Gate::publish_asked() {
    // Relaxed: see checkpoint.
    asked_.store((paused_ ? asked_pause : 0) | (slow_ > 1 ? asked_slow : 0), relaxed);
}

void Gate::pause() {
    const std::lock_guard lock(mutex_);
    paused_ = true;
    steps_ = 0;
    publish_asked();
    changed_.notify_all();
}

void Gate::resume() {
    const std::lock_guard lock(mutex_);
    paused_ = false;
    steps_ = 0;
    publish_asked();
    changed_.notify_all();
}

void Gate::step() {
    const std::lock_guard lock(mutex_);
    paused_ = true;
    ++steps_;
    publish_asked();
    changed_.notify_all();
}

void Gate::set_slow(double factor) {
    const std::lock_guard lock(mutex_);
    factor = std::max(factor, 1.0);
    if (factor == slow_) return;
    slow_ = factor;
    ++slow_epoch_;
    publish_asked();
    changed_.notify_all();
}

void Gate::wake() {
    const std::lock_guard lock(mutex_);  // a waiter has either seen the token or is asleep by now: no wake-up is lost
    changed_.notify_all();
}

std::uint64_t Gate::steps_left() const {
    const std::lock_guard lock(mutex_);
    return steps_;
}

bool Gate::is_paused() const {
    const std::lock_guard lock(mutex_);
    return paused_;
}

double Gate::slow_factor() const {
    const std::lock_guard lock(mutex_);
    return slow_;
}

void Gate::wait_as_asked(platform::Ticks ticks, const CancellationToken& cancel) {
    std::unique_lock lock(mutex_);
    if (slow_ > 1 && ticks > 0) {
        if (owed_to != this) {
            owed_to = this;
            owed_ns = 0;
        }
        owed_ns += (slow_ - 1) * static_cast<double>(ticks) / platform::ticks_per_ns();
        if (owed_ns >= shortest_sleep_ns) {
            const auto sleep = std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(owed_ns, longest_sleep_ns)));
            owed_ns = 0;
            const std::uint64_t epoch = slow_epoch_;
            blocked(trace::State::blocked_lock, [&] {
                changed_.wait_for(lock, sleep, [&] { return slow_epoch_ != epoch || cancel.is_cancelled(); });
            });
        }
    }
    const auto may_pass = [&] { return !paused_ || steps_ > 0 || cancel.is_cancelled(); };
    if (!may_pass()) blocked(trace::State::blocked_lock, [&] { changed_.wait(lock, may_pass); });
    if (paused_ && steps_ > 0) --steps_;
}

}  // namespace grainscope::workloads
