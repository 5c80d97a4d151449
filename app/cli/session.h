// What run, sweep and tune share: from the options to a harness that is ready to measure, and from a result to the exit
// status.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <grainscope/study/control.h>
#include <grainscope/study/harness.h>
#include <grainscope/workloads/workload.h>

#include "app/cli/arguments.h"
#include "app/cli/documents.h"
#include "app/cli/exit_status.h"
#include "app/cli/recorder.h"
#include "app/cli/reporter.h"
#include "app/cli/requests.h"

namespace grainscope::cli {

/// Why nothing could be measured.
struct Refusal {
    ExitStatus status = exit_command_line;
    std::string line;
};

/// The workload of that name; the line names the nearest one.
[[nodiscard]] std::expected<const workloads::Registry::Entry*, Refusal> find_workload(const std::string& name);
/// Whether the workload has the backend and this build does.
[[nodiscard]] std::expected<void, Refusal> check_backend(const workloads::Description& description,
                                                         const std::string& name);

class Session {
  public:
    /// setting: as given, with values not yet filled in. workers: the most threads that any setting will have. Checks
    /// everything before anything is created; starts listening to requests, and recording.
    [[nodiscard]] static std::expected<std::unique_ptr<Session>, Refusal> open(const MeasureOptions& options,
                                                                               const std::string& backend,
                                                                               std::size_t workers,
                                                                               bool notes_progress);

    [[nodiscard]] const study::Setting& setting() const { return setting_; }
    [[nodiscard]] study::Harness& harness() { return *harness_; }
    [[nodiscard]] Reporter& reporter() { return reporter_; }
    [[nodiscard]] trace::Collector* collector() { return recorder_ ? &recorder_->collector() : nullptr; }
    [[nodiscard]] Circumstances& circumstances() { return circumstances_; }
    [[nodiscard]] const workloads::Description& description() const { return entry_->description; }
    /// Adds a note to the recording, if there is one.
    void note(trace::NoteKind kind, const Json& document);

    /// What is left to say when the measurement is over.
    struct Outcome {
        std::string wrong;  ///< empty: every answer was right
        std::optional<workloads::Failure> failure;
        study::End end = study::End::none;
        std::optional<Json> document;  ///< the result, if anything was measured
        std::string text;              ///< the result in the chosen form
    };
    /// Ends the recording, prints the result, then what went wrong, and gives the exit status.
    [[nodiscard]] ExitStatus close(const Outcome& outcome);

  private:
    Session() = default;

    MeasureOptions options_;
    const workloads::Registry::Entry* entry_ = nullptr;
    study::Setting setting_;
    Circumstances circumstances_;
    study::Control control_;
    Reporter reporter_;
    // Torn down from the last to the first: the harness lets go of the collector, the requests of the control.
    std::unique_ptr<Requests> requests_;
    std::unique_ptr<Recorder> recorder_;
    std::unique_ptr<study::Harness> harness_;
};

}  // namespace grainscope::cli
