// What each worker did between two moments: measured without a stream, and the source of a stream's samples.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <grainscope/platform/clock.h>
#include <grainscope/platform/thread_times.h>
#include <grainscope/trace/subject.h>

namespace grainscope::trace {

/// One worker's row, since the meter began; nothing in it ever falls.
struct WorkerTotals {
    std::optional<Counters> counters;
    std::optional<std::array<Ticks, state_count>> state_ticks;
    std::optional<std::uint64_t> on_cpu_ns;    ///< from the kernel
    std::optional<std::uint64_t> runnable_ns;  ///< from the kernel: ready to run, no core
    std::uint64_t dropped_events = 0;
    State open_state = State::parked;  ///< the span still open in the recording ...
    Ticks open_since = 0;              ///< ... and its begin; never after the reading
    bool present = true;               ///< false: the subject has no such worker, the row stands still
};

/// All rows at one moment.
struct MeterReading {
    platform::ClockPair clock;
    std::vector<WorkerTotals> workers;
};

/// Reads a subject's workers, counting from the moment it was attached. A row is an index: when another subject is
/// attached, its worker i continues row i, and rows that it does not have stand still. About 0.3 µs a worker and 1.5 µs
/// more for the kernel's times; never waits for a worker. Not thread-safe.
class WorkerMeter {
  public:
    WorkerMeter() = default;
    explicit WorkerMeter(const Subject& subject) { attach(&subject); }

    /// Watches another subject from now on, or none (null). The one before may be gone already: it is not touched; call
    /// read() first if its last moments count.
    void attach(const Subject* subject);
    [[nodiscard]] const Subject* subject() const noexcept { return subject_; }
    /// The most workers that any subject so far had.
    [[nodiscard]] std::size_t rows() const noexcept { return rows_.size(); }

    /// Reads everything.
    [[nodiscard]] MeterReading read();
    /// Reads the counters and states of all workers, and the kernel's times of at most `kernel_reads` of them, taking
    /// turns; the others keep what was last read.
    void read_some(MeterReading& reading, std::size_t kernel_reads);

  private:
    struct Row {
        WorkerTotals carried;  ///< what former subjects' workers did
        WorkerTotals latest;
        WorkerReading base;  ///< the worker's own values when it was attached
        std::optional<platform::ThreadTimes> base_times;
        std::optional<platform::ThreadTimes> ended;  ///< WorkerReading::ended of the last reading
        int tid = 0;
        std::optional<platform::ThreadTimesReader> times;
    };

    static void begin_row(Row& row, const WorkerReading& first);
    static void update_row(Row& row, const WorkerReading& now, Ticks at);
    static void follow_thread(Row& row, int tid, bool from_its_beginning);
    static void update_times(Row& row, bool may_keep_open);
    static void update_times_of_many(Row& row, bool may_keep_open);

    const Subject* subject_ = nullptr;
    std::size_t watched_ = 0;  ///< rows of the subject; those behind stand still
    std::size_t next_kernel_read_ = 0;
    std::vector<Row> rows_;
};

/// What one worker did in a stretch of time. A time that the backend cannot tell is none; for a backend without states,
/// busy is what the kernel says: on a core, or ready to run and waiting for one.
struct WorkerTimes {
    std::optional<std::uint64_t> busy_ns;
    std::optional<std::uint64_t> searching_ns;
    std::optional<std::uint64_t> parked_ns;
    std::optional<std::uint64_t> blocked_ns;  ///< on a channel, a lock or IO
    std::optional<std::uint64_t> on_cpu_ns;
    std::optional<std::uint64_t> descheduled_ns;
    std::optional<Counters> counters;
    std::uint64_t dropped_events = 0;

    /// Adds another stretch, field by field: a field that only one of the two knows is that one's.
    WorkerTimes& operator+=(const WorkerTimes& other);
};

/// One row a worker, for the stretch between two readings of one meter. Exact: both clocks were read at both ends.
[[nodiscard]] std::vector<WorkerTimes> times_between(const MeterReading& first, const MeterReading& last);

/// Field by field; a field that would fall stays 0.
[[nodiscard]] Counters difference(const Counters& from, const Counters& to) noexcept;
[[nodiscard]] Counters sum(const Counters& a, const Counters& b) noexcept;

}  // namespace grainscope::trace
