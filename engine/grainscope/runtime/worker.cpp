#include <grainscope/runtime/worker.h>

#include <string>
#include <utility>

#include <grainscope/platform/parking.h>
#include <grainscope/platform/thread_times.h>
#include <grainscope/runtime/latch.h>
#include <grainscope/runtime/registry.h>

namespace grainscope::detail {
namespace {

/// A worker that may steal nothing waits as if inside this region, which nothing is within.
constinit const Region nowhere;

/// How long a worker searches before it parks: about the time that parking and waking would cost.
constexpr double search_ns = 30'000;
/// Sweeps with a short pause in between, before the search begins to offer its core to other threads.
constexpr int eager_sweeps = 64;

}  // namespace

Worker::Worker(Registry& registry, std::size_t index)
    : registry_(&registry), index_(index), random_state_(static_cast<std::uint32_t>(index * 0x9e3779b9U + 1)) {
    lane_ = &add_lane();
}

Worker::~Worker() = default;

void Worker::run() {
    const PoolOptions& options = registry_->options();
    tid_.store(platform::current_tid(), relaxed);  // a number that stands for itself
    if (options.pin_threads) platform::pin_this_thread(index_);
    platform::name_this_thread(options.thread_name ? options.thread_name(index_) : "grain-" + std::to_string(index_));
    Lane::set_current(lane_);
    if (options.start_handler) options.start_handler(index_);
    wait_until_slow(Condition(*registry_));
    if (options.exit_handler) options.exit_handler(index_);
    Lane::set_current(nullptr);
}

void Worker::wait_until_slow(Condition condition) {
    const trace::State before = recorder_.state();
    while (!condition.is_set()) {
        Found found = take_local();
        if (found.job == nullptr) found = search(condition);
        if (found.job != nullptr) run_found(found);
    }
    recorder_.change(before);
}

bool Worker::run_one(bool local_only) {
    Found found = take_local();
    if (found.job == nullptr && !local_only) {
        found = take_mail();
        if (found.job == nullptr) found = take_elsewhere();
    }
    if (found.job == nullptr) return false;
    const trace::State before = recorder_.state();
    run_found(found);
    recorder_.change(before);
    return true;
}

void Worker::run_found(const Found& found) {
    recorder_.change(trace::State::busy);
    refresh_recording();
    const std::uint64_t task_before = std::exchange(current_task, 0);
    const std::size_t pipelines_before = std::exchange(pipelines, 0);
    Lane& outer = *lane_;
    const bool enters = found.region != outer.region();
    const bool stolen = found.origin != this;
    if (enters) enter_region(found.region);
    steal_depth += stolen ? 1 : 0;
    found.job->execute(*this, *found.origin);  // never throws: every kind of job keeps or reports its exception
    steal_depth -= stolen ? 1 : 0;
    if (enters) leave_region(outer);
    pipelines = pipelines_before;
    current_task = task_before;
}

void Worker::refresh_recording() {
    const bool wanted = registry_->trace_level() == trace::Level::tasks;
    if (wanted == records_tasks_) return;
    records_tasks_ = wanted;
    for (Lane* lane = first_lane(); lane != nullptr; lane = lane->next_of_worker) lane->deque().close_fast_path(wanted);
}

Worker::Found Worker::take_local() {
    Job* const job = lane_->deque().pop();
    if (job == nullptr) return {};
    lane_->count_pop();
    return {.job = job, .origin = this, .region = lane_->region()};
}

Worker::Found Worker::take_mail() {
    LockedQueue& mailbox = registry_->mailbox(index_);
    if (mailbox.looks_empty()) return {};
    const LockedQueue::Entry entry = mailbox.pop(lane_->region());
    if (entry.job == nullptr) return {};
    injected_.increment();
    return {.job = entry.job, .origin = this, .region = entry.region, .injected = true};
}

bool Worker::is_restricted() const noexcept {
    return lane_->region() != nullptr || steal_depth >= registry_->options().max_steal_depth;
}

Worker::Found Worker::take_elsewhere() {
    if (steal_depth >= registry_->options().max_steal_depth) return {};
    const std::size_t workers = registry_->size();
    const std::size_t first = random() % workers;
    for (std::size_t step = 0; step < workers; ++step) {
        const std::size_t victim = first + step < workers ? first + step : first + step - workers;
        if (victim == index_) continue;
        const Found found = steal_from(registry_->worker(victim));
        if (found.job != nullptr) return found;
    }
    if (lane_->region() == nullptr && !registry_->entrance().looks_empty()) {
        const LockedQueue::Entry entry = registry_->entrance().pop(nullptr);
        if (entry.job != nullptr) {
            injected_.increment();
            return {.job = entry.job, .origin = this, .region = nullptr, .injected = true};
        }
    }
    failed_steals_.increment();
    return {};
}

Worker::Found Worker::steal_from(Worker& victim) {
    const Region* const mine = lane_->region();
    for (Lane* lane = victim.first_lane(); lane != nullptr; lane = lane->next_of_worker) {
        if (!is_within(lane->region(), mine)) continue;
        Job* job = nullptr;
        Deque::Steal outcome = Deque::Steal::lost;
        while (outcome == Deque::Steal::lost) outcome = lane->deque().steal(job);
        if (outcome == Deque::Steal::empty) continue;
        steals_.increment();
        if (recorder_.level() != trace::Level::off) {
            const platform::Ticks now = platform::ticks();
            recorder_.record({.begin = now,
                              .end = now,
                              .victim = static_cast<std::uint32_t>(victim.index()),
                              .kind = trace::EventKind::steal});
        }
        const Region* const region = lane->region();
        if (is_within(region, mine)) return {.job = job, .origin = &victim, .region = region};
        // The lane has changed its region between the look and the steal: this is outside work after all. It goes to
        // this worker's outermost lane, where anyone who is free may have it.
        owned_lanes_.front()->push(*job);
    }
    return {};
}

Worker::Found Worker::search(const Condition& condition) {
    recorder_.change(trace::State::searching);
    const bool restricted = is_restricted();
    Sleep& sleep = registry_->sleep();
    if (!restricted) sleep.start_searching();
    const auto patience = static_cast<platform::Ticks>(search_ns * platform::ticks_per_ns());
    for (;;) {
        const platform::Ticks began = platform::ticks();
        int sweeps = 0;
        do {
            Found found;
            if (!condition.is_set()) {
                found = take_mail();
                if (found.job == nullptr) found = take_elsewhere();
                if (found.job == nullptr) {
                    if (++sweeps < eager_sweeps) {
                        for (int i = 0; i < 8; ++i) platform::cpu_relax();
                    } else {
                        platform::yield_thread();
                    }
                    continue;
                }
            }
            if (!restricted && sleep.stop_searching()) registry_->wake_for_work_left(index_ + 1);
            return found;
        } while (platform::ticks() - began < patience);

        registry_->set_waiting_region(index_,
                                      steal_depth < registry_->options().max_steal_depth ? lane_->region() : &nowhere);
        const bool slept = sleep.park(
            index_, restricted, [&] { return condition.is_set() || sees_work(); },
            [&] {
                parks_.increment();
                recorder_.change(trace::State::parked);
            });
        if (slept) {
            wakes_.increment();
            recorder_.change(trace::State::searching);
        }
    }
}

bool Worker::sees_work() const noexcept {
    const Region* const region = lane_->region();
    if (registry_->mailbox(index_).has_work_for(region)) return true;
    if (steal_depth >= registry_->options().max_steal_depth) return false;
    if (region == nullptr && !registry_->entrance().looks_empty()) return true;
    for (std::size_t i = 0; i < registry_->size(); ++i) {
        if (i == index_) continue;
        const Worker& victim = registry_->worker(i);
        for (const Lane* lane = victim.first_lane(); lane != nullptr; lane = lane->next_of_worker) {
            if (is_within(lane->region(), region) && lane->deque().has_work()) return true;
        }
    }
    return false;
}

void Worker::wake_for_latch() noexcept { registry_->sleep().wake(index_); }

Lane& Worker::enter_region(const Region* region) {
    if (idle_lanes_ == nullptr) idle_lanes_ = &add_lane();
    Lane& lane = *std::exchange(idle_lanes_, idle_lanes_->next_idle);
    lane.set_region(region);
    lane_ = &lane;
    Lane::set_current(&lane);
    return lane;
}

void Worker::leave_region(Lane& outer) {
    Lane& inner = *lane_;
    lane_ = &outer;
    Lane::set_current(&outer);
    // What is left was detached. The order of a last-in-first-out lane is kept by moving from the bottom and pushing
    // back.
    std::vector<Job*> left;
    while (Job* job = inner.deque().pop()) left.push_back(job);
    for (auto job = left.rbegin(); job != left.rend(); ++job) push(**job);
    inner.set_region(nullptr);
    inner.next_idle = std::exchange(idle_lanes_, &inner);
}

Lane& Worker::add_lane() {
    owned_lanes_.push_back(std::make_unique<Lane>(*this, registry_->sleep()));
    Lane* const lane = owned_lanes_.back().get();
    lane->deque().close_fast_path(records_tasks_);
    lane->next_of_worker = lanes_.load(relaxed);  // only this thread adds
    lanes_.store(lane, release);                  // pairs with the acquire in first_lane: the lane is whole
    return *lane;
}

std::uint32_t Worker::random() noexcept {
    // Marsaglia: "Xorshift RNGs" (2003).
    random_state_ ^= random_state_ << 13;
    random_state_ ^= random_state_ >> 17;
    random_state_ ^= random_state_ << 5;
    return random_state_;
}

trace::Counters Worker::counters() const noexcept {
    trace::Counters counts;
    for (const Lane* lane = first_lane(); lane != nullptr; lane = lane->next_of_worker) counts.pops += lane->pops();
    counts.steals = steals_.get();
    counts.failed_steals = failed_steals_.get();
    counts.parks = parks_.get();
    counts.wakes = wakes_.get();
    counts.injected = injected_.get();
    counts.jobs = counts.pops + counts.steals + counts.injected;
    return counts;
}

std::shared_ptr<Registry> CountLatch::keep_alive(const Worker* owner, const Registry& setters) {
    if (owner == nullptr || &owner->registry() == &setters) return nullptr;
    return owner->registry().shared_from_this();
}

}  // namespace grainscope::detail
