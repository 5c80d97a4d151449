#include "app/cli/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/nearest_name.h>

#include "app/cli/output.h"

namespace grainscope::cli {

std::expected<const workloads::Registry::Entry*, Refusal> find_workload(const std::string& name) {
    const workloads::Registry& registry = workloads::Registry::instance();
    if (const workloads::Registry::Entry* entry = registry.find(name)) return entry;
    return std::unexpected(
        Refusal{exit_command_line,
                fmt::format("there is no workload \"{}\"; did you mean \"{}\"? (grainscope list names them all)", name,
                            registry.nearest(name))});
}

std::expected<void, Refusal> check_backend(const workloads::Description& description, const std::string& name) {
    std::vector<std::string> known;
    for (const backends::Availability& backend : backends::all_backends()) known.push_back(backend.name);
    const auto refuse = [](std::string line) { return std::unexpected(Refusal{exit_command_line, std::move(line)}); };
    const auto all = backends::all_backends();
    const auto backend =
        std::find_if(all.begin(), all.end(), [&](const auto& candidate) { return candidate.name == name; });
    if (backend == all.end()) {
        return refuse(fmt::format("there is no backend \"{}\"; did you mean \"{}\"? (backends: {})", name,
                                  backends::nearest_name(name, known), backends::comma_list(known)));
    }
    if (!backend->missing_because.empty()) {
        return refuse(fmt::format("the backend \"{}\" is not available: {}", name, backend->missing_because));
    }
    if (std::find(description.backends.begin(), description.backends.end(), name) == description.backends.end()) {
        return refuse(fmt::format("{} does not run on the backend \"{}\"; it runs on {}", description.name, name,
                                  backends::comma_list(description.backends)));
    }
    return {};
}

std::expected<std::unique_ptr<Session>, Refusal> Session::open(const MeasureOptions& options,
                                                               const std::string& backend, std::size_t workers,
                                                               bool notes_progress) {
    const auto entry = find_workload(options.workload);
    if (!entry) return std::unexpected(entry.error());
    const workloads::Description& description = (*entry)->description;
    if (const auto usable = check_backend(description, backend); !usable) return std::unexpected(usable.error());
    auto values = workloads::parse_values(description, options.parameters);
    if (!values) return std::unexpected(Refusal{exit_status(values.error().kind), values.error().message});

    std::unique_ptr<Session> session(new Session);
    session->options_ = options;
    session->entry_ = *entry;
    session->setting_ = study::resolved({backend, options.threads, *std::move(values)}, description);
    session->circumstances_ = {.workload = options.workload,
                               .seed = options.seed,
                               .level = options.level,
                               .machine = platform::read_machine(),
                               .dropped_events = 0};
    session->requests_ =
        std::make_unique<Requests>(session->control_, description, session->reporter_, options.control);
    const std::string metadata = on_one_line(metadata_json(session->circumstances_, session->setting_));
    const auto crew = study::crew_of(session->setting_, description);
    const std::size_t rows = crew ? crew->rows() : std::max(workers, session->setting_.threads);
    auto recorder = Recorder::create(options, metadata, rows, session->control_);
    if (!recorder) return std::unexpected(Refusal{exit_file, recorder.error()});
    session->recorder_ = *std::move(recorder);
    session->reporter_.record_to(session->collector(), notes_progress);
    session->harness_ =
        std::make_unique<study::Harness>(**entry, options.seed, session->control_, session->collector());
    return session;
}

void Session::note(trace::NoteKind kind, const Json& document) {
    if (recorder_) recorder_->collector().note(kind, on_one_line(document));
}

ExitStatus Session::close(const Outcome& outcome) {
    const std::string wrong = outcome.wrong.empty()
                                  ? std::string()
                                  : fmt::format("{} gave a wrong answer: {}", options_.workload, outcome.wrong);
    if (recorder_) {
        if (!wrong.empty()) recorder_->collector().note(trace::NoteKind::warning, wrong);
        if (outcome.failure) recorder_->collector().note(trace::NoteKind::warning, outcome.failure->message);
    }
    reporter_.record_to(nullptr, false);
    harness_.reset();
    std::vector<std::string> errors;
    if (recorder_) errors = recorder_->finish(outcome.document ? on_one_line(*outcome.document) : std::string());
    reporter_.clear();

    ExitStatus status = exit_good;
    if (!options_.stream_owns_output() && outcome.document) status = print_result(outcome.text);
    if (!errors.empty()) status = exit_file;
    for (const std::string& line : errors) print_error(line);
    if (outcome.end == study::End::interrupted) {
        status = exit_interrupted;
        print_error(outcome.document ? "interrupted; what was measured so far stands"
                                     : "interrupted before anything was measured");
    }
    if (!wrong.empty()) {
        status = exit_failed;
        print_error(wrong);
    }
    if (outcome.failure) {
        status = exit_status(outcome.failure->kind);
        print_error(outcome.failure->message);
    }
    return status;
}

}  // namespace grainscope::cli
