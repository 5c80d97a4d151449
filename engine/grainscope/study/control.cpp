#include <grainscope/study/control.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/nearest_name.h>
#include <grainscope/study/axis.h>

namespace grainscope::study {

std::expected<Change, std::string> parse_change(const workloads::Description& description, std::string_view name,
                                                std::string_view text) {
    if (name == "threads") {
        const auto threads = parse_threads(text);
        if (!threads) return std::unexpected(threads.error());
        return Change{std::string(name), static_cast<std::int64_t>(*threads)};
    }
    if (name == "backend") {
        const auto known = std::find(description.backends.begin(), description.backends.end(), text);
        if (known == description.backends.end()) {
            return std::unexpected(fmt::format("{} has no backend \"{}\"; it has {}", description.name, text,
                                               backends::comma_list(description.backends)));
        }
        return Change{std::string(name), std::string(text)};
    }
    std::vector<std::string> names;
    for (const workloads::Parameter& parameter : description.parameters) {
        names.push_back(parameter.name);
        if (parameter.name != name) continue;
        auto value = workloads::parse_value(parameter, text);
        if (!value) return std::unexpected(value.error().message);
        return Change{std::string(name), *std::move(value)};
    }
    return std::unexpected(fmt::format("{} has no parameter \"{}\"; did you mean \"{}\"?", description.name, name,
                                       backends::nearest_name(name, names)));
}

void Control::set(Change change) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(changes_, [&](const Change& earlier) { return earlier.name == change.name; });
    changes_.push_back(std::move(change));
    cancel_current();
}

void Control::pause() {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(paused_, true)) return;
    gate_.pause();
    if (in_repetition_) mark_pause(true);
}

void Control::resume() {
    const std::scoped_lock lock(mutex_);
    if (!std::exchange(paused_, false)) return;
    step_pending_ = false;
    if (in_repetition_) mark_pause(false);
    gate_.resume();
    asked_.notify_all();
}

void Control::step() {
    const std::scoped_lock lock(mutex_);
    if (!std::exchange(paused_, true) && in_repetition_) mark_pause(true);
    if (in_repetition_) ++steps_at_begin_;
    step_pending_ = !in_repetition_;
    gate_.step();
    asked_.notify_all();
}

void Control::end(End reason) {
    const std::scoped_lock lock(mutex_);
    if (end_ == End::none) end_ = reason;
    cancel_current();
}

End Control::ended() const {
    const std::scoped_lock lock(mutex_);
    return end_;
}

bool Control::has_changes() const {
    const std::scoped_lock lock(mutex_);
    return !changes_.empty();
}

std::vector<Change> Control::take_changes() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(changes_, {});
}

void Control::wait_to_proceed() {
    std::unique_lock lock(mutex_);
    const auto may_proceed = [this] { return !paused_ || step_pending_ || !changes_.empty() || end_ != End::none; };
    if (may_proceed()) return;
    if (on_pause) on_pause(true);
    asked_.wait(lock, may_proceed);
    if (on_pause) on_pause(false);
}

void Control::wait_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    asked_.wait_until(lock, deadline, [this] { return !changes_.empty() || end_ != End::none; });
}

CancellationToken Control::begin_repetition() {
    const std::scoped_lock lock(mutex_);
    token_ = CancellationToken();
    if (!changes_.empty() || end_ != End::none) token_.cancel();
    in_repetition_ = true;
    was_paused_ = false;
    step_pending_ = false;
    steps_at_begin_ = gate_.steps_left();
    if (paused_) mark_pause(true);
    return token_;
}

bool Control::end_repetition() {
    const std::scoped_lock lock(mutex_);
    if (paused_) mark_pause(false);
    in_repetition_ = false;
    // Steps that its last task left over go to the next one. A workload that never passes the gate uses none: for it a
    // step is a whole repetition.
    const std::uint64_t left = gate_.steps_left();
    step_pending_ = paused_ && left > 0 && left < steps_at_begin_;
    return was_paused_;
}

void Control::cancel_current() {
    token_.cancel();
    gate_.wake();
    asked_.notify_all();
}

void Control::mark_pause(bool paused) {
    was_paused_ = true;
    if (on_pause) on_pause(paused);
}

}  // namespace grainscope::study
