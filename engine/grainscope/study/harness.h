// One place that runs a workload: data, backend, recording, clock and check, in the right order and outside or inside
// the timed part as they should be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <grainscope/backends/backend.h>
#include <grainscope/study/control.h>
#include <grainscope/trace/channel_board.h>
#include <grainscope/trace/collector.h>
#include <grainscope/trace/data_board.h>
#include <grainscope/trace/worker_meter.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::study {

/// One way to run a workload.
struct Setting {
    std::string backend = "grainscope";
    std::size_t threads = 0;  ///< 0: one a core, until resolved
    workloads::Values values;
    friend bool operator==(const Setting&, const Setting&) = default;
};

/// The setting as it will run: 0 threads become as many as the workload asks for, else one a core, and `sequential` has
/// one.
[[nodiscard]] Setting resolved(Setting setting, const workloads::Description& description);

/// The kinds of threads that a resolved setting runs on; none: it has workers alone, `threads` of them.
[[nodiscard]] std::optional<backends::Crew> crew_of(const Setting& setting, const workloads::Description& description);

/// The parameter `slow`, 1 where there is none: how much longer each task takes, for the eye.
[[nodiscard]] double slow_factor(const workloads::Values& values);

/// What came of one run of the workload.
struct Repetition {
    double time_ns = 0;
    bool cancelled = false;                       ///< it did not run to its end
    bool disturbed = false;                       ///< slowed down or paused: not a sample
    std::optional<std::string> wrong;             ///< the line that says what is wrong with the answer
    std::vector<trace::WorkerTimes> workers;      ///< one row a worker, of the timed part only
    std::optional<SplittingTelemetry> splitting;  ///< how its last parallel iterator was cut; none if it had none
};

/// Owns the workload and the backends it has run on. One thread only (the control may be asked from others).
class Harness {
  public:
    using Failure = workloads::Failure;

    /// collector: null if nothing is recorded. It and the control outlive the harness.
    Harness(const workloads::Registry::Entry& entry, std::uint64_t seed, Control& control, trace::Collector* collector);
    ~Harness();
    Harness(const Harness&) = delete;
    Harness& operator=(const Harness&) = delete;

    /// Makes `setting` (resolved) the one that repeat runs: prepares the data where they change, updates the workload
    /// where that is enough, and builds the backend. Nothing happens where nothing changes.
    [[nodiscard]] std::expected<void, Failure> apply(const Setting& setting);

    /// Resets the data, runs once, timed, and checks the answer, unless it was cancelled. A workload that throws is a
    /// failure.
    [[nodiscard]] std::expected<Repetition, Failure> repeat(trace::PhaseKind kind);

    /// Puts the data and their picture back to the beginning, without running.
    [[nodiscard]] std::expected<void, Failure> reset();

    /// Writes the user's output file, if one was asked for.
    [[nodiscard]] std::expected<void, Failure> write_output();

    [[nodiscard]] const Setting& setting() const { return setting_; }
    [[nodiscard]] const workloads::Description& description() const { return entry_.description; }
    [[nodiscard]] double items() const { return workload_->items(); }
    [[nodiscard]] std::vector<workloads::ItemFailure> item_failures() const { return workload_->item_failures(); }
    [[nodiscard]] std::vector<workloads::Figure> figures() const { return workload_->figures(); }
    [[nodiscard]] std::vector<std::string> remarks() const { return workload_->remarks(); }
    [[nodiscard]] Control& control() { return control_; }
    [[nodiscard]] trace::Collector* collector() { return collector_; }

  private:
    struct RunningBackend {
        std::string name;
        std::size_t threads = 0;
        std::optional<backends::Crew> crew;
        std::unique_ptr<backends::Backend> backend;
    };

    template <class Action>
    std::expected<void, Failure> guarded(std::string_view what, Action&& action);
    std::expected<void, Failure> prepare(const workloads::Values& values);
    std::expected<void, Failure> switch_backend(const Setting& setting);
    void note_rows(const std::vector<backends::RowGroup>& groups);
    void show_picture_of(const workloads::Values& values);
    void show_diagram_of(const Setting& setting);
    [[nodiscard]] workloads::RunContext context(const CancellationToken& token);

    const workloads::Registry::Entry& entry_;
    const std::uint64_t seed_;
    Control& control_;
    trace::Collector* const collector_;
    std::unique_ptr<trace::DataBoard> board_;
    workloads::Picture::Extent extent_;  ///< of the board, once there is one
    std::unique_ptr<trace::ChannelBoard> channels_;
    std::string diagram_;  ///< the last one noted
    std::string rows_;     ///< likewise
    std::unique_ptr<workloads::Workload> workload_;
    std::list<RunningBackend> backends_;  ///< the most recently used first
    backends::Backend* backend_ = nullptr;
    trace::WorkerMeter meter_;
    Setting setting_;
    bool prepared_ = false;
    bool is_reset_ = false;  ///< since the last run or change
    double slow_ = 1;
    std::array<std::uint32_t, 5> phase_indices_{};
};

}  // namespace grainscope::study
