#include <grainscope/study/harness.h>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include <fmt/format.h>

#include <grainscope/backends/crew_backend.h>
#include <grainscope/platform/clock.h>
#include <grainscope/platform/threads.h>
#include <grainscope/study/picture.h>

namespace grainscope::study {
namespace {

/// Backends kept running besides the current one: switching between the points of a sweep must not build pools anew,
/// and a thousand sleeping threads must not pile up either.
constexpr std::size_t most_idle_threads = 256;

/// A phase of the recording, if there is one, for as long as the object lives.
class PhaseMark {
  public:
    PhaseMark(trace::Collector* collector, trace::PhaseKind kind, std::uint32_t index)
        : collector_(collector), kind_(kind), index_(index) {
        if (collector_ != nullptr) collector_->begin_phase(kind_, index_);
    }
    ~PhaseMark() { end(false); }
    PhaseMark(const PhaseMark&) = delete;
    PhaseMark& operator=(const PhaseMark&) = delete;
    void end(bool discarded) {
        if (collector_ != nullptr) std::exchange(collector_, nullptr)->end_phase(kind_, index_, discarded);
    }

  private:
    trace::Collector* collector_;
    trace::PhaseKind kind_;
    std::uint32_t index_;
};

}  // namespace

double slow_factor(const workloads::Values& values) {
    const auto slow = values.find("slow");
    if (slow == values.end()) return 1;
    if (const auto* real = std::get_if<double>(&slow->second)) return *real;
    if (const auto* whole = std::get_if<std::int64_t>(&slow->second)) return static_cast<double>(*whole);
    return 1;
}

Setting resolved(Setting setting, const workloads::Description& description) {
    if (setting.backend == "sequential") setting.threads = 1;
    if (setting.threads == 0 && description.default_threads)
        setting.threads = description.default_threads(setting.values);
    if (setting.threads == 0) setting.threads = platform::usable_cores();
    return setting;
}

std::optional<backends::Crew> crew_of(const Setting& setting, const workloads::Description& description) {
    if (!description.crew || setting.backend != backends::CrewBackend::backend_name) return std::nullopt;
    return description.crew(setting.values, setting.threads);
}

Harness::Harness(const workloads::Registry::Entry& entry, std::uint64_t seed, Control& control,
                 trace::Collector* collector)
    : entry_(entry), seed_(seed), control_(control), collector_(collector), workload_(entry.create()) {
    if (collector_ == nullptr) return;
    control_.on_pause = [this, index = std::uint32_t{0}](bool paused) mutable {
        if (paused) {
            collector_->begin_phase(trace::PhaseKind::paused, index);
        } else {
            collector_->end_phase(trace::PhaseKind::paused, index++);
        }
    };
}

Harness::~Harness() {
    if (collector_ == nullptr) return;
    collector_->set_subject(nullptr);
    collector_->set_board(nullptr);
    collector_->set_channels(nullptr);
    control_.on_pause = nullptr;
}

template <class Action>
std::expected<void, workloads::Failure> Harness::guarded(std::string_view what, Action&& action) {
    try {
        return std::forward<Action>(action)();
    } catch (const std::bad_alloc&) {
        return std::unexpected(Failure{Failure::Kind::memory,
                                       fmt::format("{} ran out of memory while {}", entry_.description.name, what)});
    } catch (const std::exception& error) {
        return std::unexpected(Failure{
            Failure::Kind::failed, fmt::format("{} failed while {}: {}", entry_.description.name, what, error.what())});
    } catch (...) {
        return std::unexpected(Failure{
            Failure::Kind::failed,
            fmt::format("{} failed while {} with an exception of unknown type", entry_.description.name, what)});
    }
}

std::expected<void, workloads::Failure> Harness::prepare(const workloads::Values& values) {
    prepared_ = false;
    const PhaseMark mark(collector_, trace::PhaseKind::prepare,
                         phase_indices_[static_cast<std::size_t>(trace::PhaseKind::prepare)]++);
    const auto done = guarded("preparing its data", [&] { return workload_->prepare(values, seed_); });
    prepared_ = done.has_value();
    return done;
}

std::expected<void, workloads::Failure> Harness::switch_backend(const Setting& setting) {
    const std::optional<backends::Crew> crew = crew_of(setting, entry_.description);
    const auto same = [&](const RunningBackend& running) {
        return running.name == setting.backend && running.threads == setting.threads && running.crew == crew;
    };
    if (backend_ != nullptr && same(backends_.front())) return {};
    if (const auto found = std::find_if(backends_.begin(), backends_.end(), same); found != backends_.end()) {
        backends_.splice(backends_.begin(), backends_, found);
    } else {
        std::unique_ptr<backends::Backend> backend;
        const auto built = guarded("starting its threads", [&]() -> std::expected<void, Failure> {
            if (crew) {
                backend = std::make_unique<backends::CrewBackend>(*crew, setting.threads);
                return {};
            }
            auto made = backends::make_backend(setting.backend, setting.threads);
            if (!made) return std::unexpected(Failure{Failure::Kind::failed, made.error()});
            backend = *std::move(made);
            return {};
        });
        if (!built) return built;
        backends_.push_front({setting.backend, setting.threads, crew, std::move(backend)});
    }
    backend_ = backends_.front().backend.get();
    if (collector_ != nullptr) {
        collector_->set_subject(&backend_->subject());
        note_rows(crew ? backends::row_groups(*crew) : std::vector<backends::RowGroup>());
    }
    meter_.attach(&backend_->subject());
    std::size_t idle = 0;
    for (auto running = std::next(backends_.begin()); running != backends_.end();) {
        idle += running->threads;
        running = idle > most_idle_threads ? backends_.erase(running) : std::next(running);
    }
    return {};
}

void Harness::note_rows(const std::vector<backends::RowGroup>& groups) {
    std::string json = rows_json(groups);
    if (json == rows_ || (rows_.empty() && groups.empty())) return;
    collector_->note(trace::NoteKind::rows, json);
    rows_ = std::move(json);
}

std::expected<void, workloads::Failure> Harness::apply(const Setting& setting) {
    if (prepared_ && setting == setting_) return {};
    is_reset_ = false;
    show_picture_of(setting.values);
    show_diagram_of(setting);
    if (!prepared_ || !(setting.values == setting_.values)) {
        bool updated = false;
        if (prepared_) {
            const auto tried = guarded("taking a new parameter", [&]() -> std::expected<void, Failure> {
                updated = workload_->update(setting.values);
                return {};
            });
            if (!tried) return tried;
        }
        if (!updated) {
            if (const auto done = prepare(setting.values); !done) return done;
        }
        slow_ = slow_factor(setting.values);
    }
    if (const auto switched = switch_backend(setting); !switched) return switched;
    setting_ = setting;
    return {};
}

void Harness::show_picture_of(const workloads::Values& values) {
    if (collector_ == nullptr) return;
    const workloads::Picture::Extent extent = entry_.description.picture.extent_of(values);
    if (board_ != nullptr && extent == extent_) return;
    // Between two boards there is none: no frame is told by the other one's picture.
    collector_->set_board(nullptr);
    collector_->note(trace::NoteKind::picture, picture_json(entry_.description.picture, values));
    board_ = std::make_unique<trace::DataBoard>(extent.slots());
    extent_ = extent;
    collector_->set_board(board_.get());
}

void Harness::show_diagram_of(const Setting& setting) {
    if (collector_ == nullptr || !entry_.description.diagram) return;
    const workloads::Diagram diagram = entry_.description.diagram(setting.values, setting.threads);
    std::string json = diagram_json(diagram);
    if (json == diagram_) return;
    // Between two boards there is none: no reading is told by the other one's diagram.
    collector_->set_channels(nullptr);
    collector_->note(trace::NoteKind::diagram, json);
    channels_ = std::make_unique<trace::ChannelBoard>(diagram.channels.size());
    diagram_ = std::move(json);
    collector_->set_channels(channels_.get());
}

workloads::RunContext Harness::context(const CancellationToken& token) {
    return {.cancel = token, .board = board_.get(), .channels = channels_.get(), .gate = &control_.gate()};
}

std::expected<void, workloads::Failure> Harness::reset() {
    if (is_reset_) return {};
    workloads::RunContext untimed = context(CancellationToken());
    const auto done = guarded("resetting its data", [&]() -> std::expected<void, Failure> {
        workload_->reset(untimed);
        return {};
    });
    is_reset_ = done.has_value();
    return done;
}

std::expected<Repetition, workloads::Failure> Harness::repeat(trace::PhaseKind kind) {
    if (const auto done = reset(); !done) return std::unexpected(done.error());
    is_reset_ = false;
    Repetition repetition;
    const std::uint32_t index = phase_indices_[static_cast<std::size_t>(kind)]++;
    PhaseMark mark(collector_, kind, index);
    const CancellationToken token = control_.begin_repetition();
    workloads::RunContext run_context = context(token);
    const auto pipelines_before = backend_->splitting().transform([](const auto& splitting) { return splitting.runs; });
    const trace::MeterReading before = meter_.read();
    const auto ran = guarded("running", [&]() -> std::expected<void, Failure> {
        const std::uint64_t begin = platform::monotonic_ns();
        try {
            workload_->run(*backend_, run_context);
        } catch (const Cancelled&) {
            token.cancel();
        }
        repetition.time_ns = static_cast<double>(platform::monotonic_ns() - begin);
        return {};
    });
    repetition.workers = trace::times_between(before, meter_.read());
    repetition.workers.resize(backend_->subject().worker_count());
    if (const auto splitting = backend_->splitting(); splitting && splitting->runs > pipelines_before.value_or(0))
        repetition.splitting = splitting;
    repetition.disturbed = control_.end_repetition() || slow_ > 1;
    repetition.cancelled = token.is_cancelled();
    mark.end(repetition.cancelled || repetition.disturbed || !ran);
    if (!ran) {
        if (collector_ != nullptr) collector_->set_verdict(kind, index, false);
        return std::unexpected(ran.error());
    }
    if (repetition.cancelled) return repetition;

    const auto checked = guarded("checking its answer", [&]() -> std::expected<void, Failure> {
        const PhaseMark checking(collector_, trace::PhaseKind::check,
                                 phase_indices_[static_cast<std::size_t>(trace::PhaseKind::check)]++);
        if (auto right = workload_->check(); !right) repetition.wrong = right.error();
        return {};
    });
    if (!checked) return std::unexpected(checked.error());
    if (collector_ != nullptr) collector_->set_verdict(kind, index, !repetition.wrong);
    return repetition;
}

std::expected<void, workloads::Failure> Harness::write_output() {
    return guarded("writing its output", [&] { return workload_->write_output(); });
}

}  // namespace grainscope::study
