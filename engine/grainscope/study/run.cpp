#include <grainscope/study/run.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace grainscope::study {
namespace {

using Clock = std::chrono::steady_clock;
using workloads::Failure;

constexpr std::size_t default_repetitions = 10;
constexpr std::size_t fewest_default_repetitions = 3;
constexpr double default_seconds = 2;

/// A loop whose repetitions take microseconds would fill a recording with phases that nobody can see.
constexpr std::chrono::milliseconds shortest_period_of_a_recorded_loop{2};

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

void add_workers(std::vector<trace::WorkerTimes>& sums, const std::vector<trace::WorkerTimes>& more) {
    if (sums.size() < more.size()) sums.resize(more.size());
    for (std::size_t i = 0; i < more.size(); ++i) sums[i] += more[i];
}

bool is_slowed(const Setting& setting) { return slow_factor(setting.values) > 1; }

/// One measurement from its first preparation to its end.
class Run {
  public:
    Run(Harness& harness, const RunPlan& plan, Observer& observer, const std::function<void(const RunResult&)>& sampled)
        : harness_(harness), plan_(plan), observer_(observer), sampled_(sampled) {}

    RunResult measure() {
        observer_.progress(0, total(), "preparing");
        if (const auto applied = harness_.apply(plan_.setting); !applied) return failed(applied.error());
        begin_series();
        if (!is_slowed(plan_.setting)) {
            const auto warm = warm_up(harness_, {.exactly = plan_.warmups}, observer_, result_);
            if (!warm) return failed(warm.error());
        }
        began_ = Clock::now();
        while (goes_on()) {
            if (const auto done = take_changes(); !done) return failed(done.error());
            if (const auto reset = harness_.reset(); !reset) return failed(reset.error());
            data_is_result_ = false;
            harness_.control().wait_to_proceed();
            if (harness_.control().has_changes() || harness_.control().ended() != End::none) continue;
            if (const auto done = repeat(); !done) return failed(done.error());
        }
        return finished();
    }

  private:
    /// Samples of another setting do not belong to this one.
    void begin_series() {
        result_.setting = harness_.setting();
        result_.items = harness_.items();
        result_.samples.clear();
        result_.workers.clear();
        result_.splitting.reset();
        result_.figures.clear();
        result_.discarded = 0;
        runs_ = 0;
    }

    [[nodiscard]] std::size_t total() const {
        if (plan_.loop) return 0;
        if (is_slowed(plan_.setting)) return plan_.repetitions.value_or(1);
        return plan_.repetitions.value_or(default_repetitions);
    }

    [[nodiscard]] bool goes_on() const {
        if (!result_.correct || harness_.control().ended() != End::none) return false;
        if (plan_.loop) return true;
        if (runs_ >= total()) return false;
        return plan_.repetitions || runs_ < fewest_default_repetitions || seconds_since(began_) < default_seconds;
    }

    std::expected<void, Failure> take_changes() {
        const std::vector<Change> changes = harness_.control().take_changes();
        if (changes.empty()) return {};
        const Setting before = harness_.setting();
        Setting wanted = before;
        // Nobody chose the number of threads: it goes with the values.
        const auto& default_threads = harness_.description().default_threads;
        if (default_threads && resolved({before.backend, 0, before.values}, harness_.description()) == before)
            wanted.threads = 0;
        for (const Change& change : changes) {
            if (change.name == "threads") {
                wanted.threads = static_cast<std::size_t>(std::get<std::int64_t>(change.value));
            } else if (change.name == "backend") {
                wanted.backend = std::get<std::string>(change.value);
            } else {
                wanted.values.insert_or_assign(change.name, change.value);
            }
        }
        wanted = resolved(wanted, harness_.description());
        if (wanted == before) return {};
        if (const auto applied = harness_.apply(wanted); !applied) {
            // A value that cannot be had (more memory than there is) must not end the demonstration.
            observer_.warning(applied.error().message + "; going on as before");
            if (auto restored = harness_.apply(before); !restored) return restored;
        }
        begin_series();
        observer_.setting_changed(wanted);
        return {};
    }

    std::expected<void, Failure> repeat() {
        const Clock::time_point begin = Clock::now();
        const auto repetition = harness_.repeat(trace::PhaseKind::sample);
        if (!repetition) return std::unexpected(repetition.error());
        ++runs_;
        data_is_result_ = !repetition->cancelled;
        if (repetition->cancelled) {
            ++result_.discarded;
            return {};
        }
        result_.checked = true;
        if (repetition->wrong) {
            result_.correct = false;
            result_.wrong = *repetition->wrong;
        }
        result_.item_failures = harness_.item_failures();
        for (std::string& remark : harness_.remarks())
            if (remarks_.insert(remark).second) observer_.warning(remark);
        if (repetition->disturbed) {
            ++result_.discarded;
        } else {
            result_.samples.push_back(repetition->time_ns);
            add_workers(result_.workers, repetition->workers);
            result_.splitting = repetition->splitting;
            result_.figures.add(harness_.figures());
            if (sampled_) sampled_(result_);
        }
        observer_.progress(runs_, total(), "measuring");
        if (plan_.loop && harness_.collector() != nullptr) {
            harness_.control().wait_until(begin + shortest_period_of_a_recorded_loop);
        }
        return {};
    }

    RunResult failed(Failure failure) {
        result_.failure = std::move(failure);
        result_.setting = result_.setting.values.empty() ? plan_.setting : result_.setting;
        result_.end = harness_.control().ended();
        return std::move(result_);
    }

    RunResult finished() {
        result_.end = harness_.control().ended();
        if (result_.correct) write_output();
        return std::move(result_);
    }

    void write_output() {
        const auto path = result_.setting.values.find("output");
        const auto* name = path == result_.setting.values.end() ? nullptr : std::get_if<std::string>(&path->second);
        if (name != nullptr && !name->empty() && !data_is_result_) {
            observer_.warning(fmt::format("{} was not written: the run ended before a repetition was complete", *name));
            return;
        }
        if (!data_is_result_) return;
        if (auto written = harness_.write_output(); !written) result_.failure = written.error();
        result_.item_failures = harness_.item_failures();  // and those that could not be written
    }

    Harness& harness_;
    const RunPlan& plan_;
    Observer& observer_;
    const std::function<void(const RunResult&)>& sampled_;
    RunResult result_;
    std::set<std::string> remarks_;  ///< those that the user has been told
    std::size_t runs_ = 0;
    bool data_is_result_ = false;  ///< the last repetition ran to its end
    Clock::time_point began_;
};

}  // namespace

std::optional<double> RunResult::utilisation() const {
    const double sampled = std::accumulate(samples.begin(), samples.end(), 0.0);
    if (sampled <= 0 || workers.empty()) return std::nullopt;
    double busy = 0;
    for (const trace::WorkerTimes& worker : workers) {
        if (!worker.busy_ns) return std::nullopt;
        busy += static_cast<double>(*worker.busy_ns);
    }
    return busy / (static_cast<double>(workers.size()) * sampled);
}

std::uint64_t RunResult::dropped_events() const {
    std::uint64_t dropped = 0;
    for (const trace::WorkerTimes& worker : workers) dropped += worker.dropped_events;
    return dropped;
}

std::expected<bool, Failure> warm_up(Harness& harness, const WarmupRule& rule, Observer& observer, RunResult& result) {
    const Clock::time_point began = Clock::now();
    Warmup warmup(rule);
    while (warmup.verdict(seconds_since(began)) == Warmup::Verdict::again) {
        observer.progress(warmup.runs(), rule.exactly.value_or(0), "warming up");
        harness.control().wait_to_proceed();
        if (harness.control().has_changes() || harness.control().ended() != End::none) return false;
        const auto repetition = harness.repeat(trace::PhaseKind::warmup);
        if (!repetition) return std::unexpected(repetition.error());
        if (repetition->cancelled) return false;
        result.checked = true;
        if (repetition->wrong) {
            result.correct = false;
            result.wrong = *repetition->wrong;
            return false;
        }
        warmup.add(repetition->time_ns);
    }
    if (warmup.verdict(seconds_since(began)) == Warmup::Verdict::gave_up && warmup.spread() > rule.agreement) {
        observer.warning(
            fmt::format("the last warm-up runs differ by {:.1f} % after {} runs in {:.1f} s: other work on this "
                        "machine may blur the results",
                        100 * warmup.spread(), warmup.runs(), seconds_since(began)));
    }
    return true;
}

RunResult run(Harness& harness, const RunPlan& plan, Observer& observer,
              const std::function<void(const RunResult&)>& sampled) {
    return Run(harness, plan, observer, sampled).measure();
}

}  // namespace grainscope::study
