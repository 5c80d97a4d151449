#include <grainscope/trace/worker_meter.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace grainscope::trace {
namespace {

/// Open descriptors kept for /proc; the workers behind open theirs for each reading, so that a thousand threads do not
/// use up the process's limit.
constexpr std::size_t most_open_files = 256;

template <class Operation>
Counters combine(const Counters& a, const Counters& b, Operation operation) noexcept {
    return {.jobs = operation(a.jobs, b.jobs),
            .pops = operation(a.pops, b.pops),
            .steals = operation(a.steals, b.steals),
            .failed_steals = operation(a.failed_steals, b.failed_steals),
            .parks = operation(a.parks, b.parks),
            .wakes = operation(a.wakes, b.wakes),
            .injected = operation(a.injected, b.injected),
            .splits = operation(a.splits, b.splits)};
}

std::uint64_t growth(std::uint64_t from, std::uint64_t to) noexcept { return to > from ? to - from : 0; }

void raise(std::uint64_t& value, std::uint64_t to) noexcept { value = std::max(value, to); }

std::optional<std::uint64_t> growth(const std::optional<std::uint64_t>& from, const std::optional<std::uint64_t>& to) {
    if (!to) return std::nullopt;
    return growth(from.value_or(0), *to);
}

template <class T, class Add>
void add(std::optional<T>& sum, const std::optional<T>& more, Add operation) {
    if (more) sum = sum ? operation(*sum, *more) : *more;
}

}  // namespace

Counters difference(const Counters& from, const Counters& to) noexcept {
    return combine(from, to, [](std::uint64_t a, std::uint64_t b) { return growth(a, b); });
}

Counters sum(const Counters& a, const Counters& b) noexcept { return combine(a, b, std::plus<>{}); }

void WorkerMeter::attach(const Subject* subject) {
    subject_ = subject;
    watched_ = subject == nullptr ? 0 : subject->worker_count();
    next_kernel_read_ = 0;
    if (rows_.size() < watched_) rows_.resize(watched_);
    const Ticks now = platform::ticks();
    for (std::size_t i = 0; i < watched_; ++i) begin_row(rows_[i], subject->read_worker(i, now));
    for (std::size_t i = watched_; i < rows_.size(); ++i) rows_[i].times.reset();
}

void WorkerMeter::begin_row(Row& row, const WorkerReading& first) {
    row.carried = row.latest;
    row.base = first;
    row.ended = first.ended;
    row.tid = 0;
    row.times.reset();
    row.base_times.reset();
    if (first.counters && !row.latest.counters) row.latest.counters.emplace();
    if (first.states && !row.latest.state_ticks) row.latest.state_ticks.emplace();
    if (first.tid != 0 && !first.ended) follow_thread(row, first.tid, false);
}

void WorkerMeter::follow_thread(Row& row, int tid, bool from_its_beginning) {
    row.tid = tid;
    row.carried.on_cpu_ns = row.latest.on_cpu_ns;
    row.carried.runnable_ns = row.latest.runnable_ns;
    row.times.emplace(tid);
    row.base_times = from_its_beginning ? platform::ThreadTimes{} : row.times->read();
}

void WorkerMeter::update_row(Row& row, const WorkerReading& now, Ticks at) {
    WorkerTotals& latest = row.latest;
    if (now.counters) {
        const Counters grown = difference(row.base.counters.value_or(Counters{}), *now.counters);
        const Counters total = sum(row.carried.counters.value_or(Counters{}), grown);
        latest.counters = combine(latest.counters.value_or(Counters{}), total,
                                  [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
    }
    if (now.states) {
        if (!latest.state_ticks) latest.state_ticks.emplace();
        for (std::size_t s = 0; s < state_count; ++s) {
            const Ticks base = row.base.states ? row.base.states->total[s] : 0;
            const Ticks carried = row.carried.state_ticks ? (*row.carried.state_ticks)[s] : 0;
            raise((*latest.state_ticks)[s], carried + growth(base, now.states->total[s]));
        }
        latest.open_state = now.states->drawn_state;
        latest.open_since = std::min(now.states->drawn_since, at);
    } else {
        latest.open_since = at;
    }
    raise(latest.dropped_events, row.carried.dropped_events + growth(row.base.dropped_events, now.dropped_events));
    if (now.ended) {
        row.ended = now.ended;
        if (std::exchange(row.tid, now.tid) != now.tid) row.times.reset();
        return;
    }
    // A thread that had not started when the subject was attached has no past to leave out.
    if (now.tid != 0 && now.tid != row.tid) follow_thread(row, now.tid, row.base.tid == 0);
}

void WorkerMeter::update_times_of_many(Row& row, bool may_keep_open) {
    platform::ThreadTimes total = *row.ended;
    if (row.tid != 0) {
        if (!row.times) row.times.emplace(row.tid);
        if (const auto live = row.times->read()) {
            total.on_cpu_ns += live->on_cpu_ns;
            total.runnable_ns += live->runnable_ns;
        }
        if (!may_keep_open) row.times.reset();
    }
    // A thread that ends between the two readings is missing from this one, and in the next.
    const platform::ThreadTimes base = row.base.ended.value_or(platform::ThreadTimes{});
    row.latest.on_cpu_ns = std::max(row.latest.on_cpu_ns.value_or(0),
                                    row.carried.on_cpu_ns.value_or(0) + growth(base.on_cpu_ns, total.on_cpu_ns));
    row.latest.runnable_ns =
        std::max(row.latest.runnable_ns.value_or(0),
                 row.carried.runnable_ns.value_or(0) + growth(base.runnable_ns, total.runnable_ns));
}

void WorkerMeter::update_times(Row& row, bool may_keep_open) {
    if (row.ended) return update_times_of_many(row, may_keep_open);
    if (row.tid == 0) return;
    if (!row.times) row.times.emplace(row.tid);
    const std::optional<platform::ThreadTimes> now = row.times->read();
    if (!may_keep_open) row.times.reset();
    if (!now) return;  // the thread has ended: what was last read stands
    if (!row.base_times) row.base_times = *now;
    row.latest.on_cpu_ns =
        std::max(row.latest.on_cpu_ns.value_or(0),
                 row.carried.on_cpu_ns.value_or(0) + growth(row.base_times->on_cpu_ns, now->on_cpu_ns));
    row.latest.runnable_ns =
        std::max(row.latest.runnable_ns.value_or(0),
                 row.carried.runnable_ns.value_or(0) + growth(row.base_times->runnable_ns, now->runnable_ns));
}

MeterReading WorkerMeter::read() {
    MeterReading reading;
    read_some(reading, watched_);
    return reading;
}

void WorkerMeter::read_some(MeterReading& reading, std::size_t kernel_reads) {
    reading.clock = platform::clock_pair();
    const Ticks at = reading.clock.ticks;
    for (std::size_t i = 0; i < watched_; ++i) update_row(rows_[i], subject_->read_worker(i, at), at);
    for (std::size_t i = watched_; i < rows_.size(); ++i) rows_[i].latest.open_since = at;
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i].latest.present = i < watched_;
    for (std::size_t reads = std::min(kernel_reads, watched_); reads != 0; --reads) {
        if (next_kernel_read_ >= watched_) next_kernel_read_ = 0;
        update_times(rows_[next_kernel_read_], next_kernel_read_ < most_open_files);
        ++next_kernel_read_;
    }
    reading.workers.resize(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) reading.workers[i] = rows_[i].latest;
}

WorkerTimes& WorkerTimes::operator+=(const WorkerTimes& other) {
    const auto plus = std::plus<std::uint64_t>{};
    add(busy_ns, other.busy_ns, plus);
    add(searching_ns, other.searching_ns, plus);
    add(parked_ns, other.parked_ns, plus);
    add(blocked_ns, other.blocked_ns, plus);
    add(on_cpu_ns, other.on_cpu_ns, plus);
    add(descheduled_ns, other.descheduled_ns, plus);
    add(counters, other.counters, sum);
    dropped_events += other.dropped_events;
    return *this;
}

std::vector<WorkerTimes> times_between(const MeterReading& first, const MeterReading& last) {
    const std::uint64_t ticks = growth(first.clock.ticks, last.clock.ticks);
    const auto ns = static_cast<double>(growth(first.clock.monotonic_ns, last.clock.monotonic_ns));
    const double ns_per_tick = ticks == 0 ? 0 : ns / static_cast<double>(ticks);

    std::vector<WorkerTimes> rows(last.workers.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        static const WorkerTotals nothing;
        const WorkerTotals& from = i < first.workers.size() ? first.workers[i] : nothing;
        const WorkerTotals& to = last.workers[i];
        WorkerTimes& row = rows[i];
        row.on_cpu_ns = growth(from.on_cpu_ns, to.on_cpu_ns);
        row.descheduled_ns = growth(from.runnable_ns, to.runnable_ns);
        row.dropped_events = growth(from.dropped_events, to.dropped_events);
        if (to.counters) row.counters = difference(from.counters.value_or(Counters{}), *to.counters);
        if (to.state_ticks) {
            const auto in_state = [&](State state) {
                const auto s = static_cast<std::size_t>(state);
                const Ticks grown = growth(from.state_ticks ? (*from.state_ticks)[s] : 0, (*to.state_ticks)[s]);
                return static_cast<std::uint64_t>(std::llround(static_cast<double>(grown) * ns_per_tick));
            };
            row.busy_ns = in_state(State::busy);
            row.searching_ns = in_state(State::searching);
            row.parked_ns = in_state(State::parked);
            row.blocked_ns =
                in_state(State::blocked_channel) + in_state(State::blocked_lock) + in_state(State::blocked_io);
        } else if (row.on_cpu_ns) {
            row.busy_ns = *row.on_cpu_ns + row.descheduled_ns.value_or(0);
        }
    }
    return rows;
}

}  // namespace grainscope::trace
