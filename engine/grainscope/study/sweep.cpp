#include <grainscope/study/sweep.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <grainscope/study/random.h>

namespace grainscope::study {
namespace {

using workloads::Failure;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_points = 10'000;

/// The values that make the data: two settings with the same ones have the same answer.
workloads::Values problem_values(const workloads::Description& description, const workloads::Values& values) {
    workloads::Values kept;
    for (const workloads::Parameter& parameter : description.parameters) {
        if (parameter.tunable || parameter.live) continue;
        if (const auto value = values.find(parameter.name); value != values.end()) kept.insert(*value);
    }
    return kept;
}

std::expected<std::vector<workloads::Values>, Failure> combinations(const workloads::Description& description,
                                                                    const SweepPlan& plan) {
    std::vector<workloads::Values> all{plan.base.values};
    for (const Axis& axis : plan.axes) {
        std::vector<workloads::Values> next;
        for (const workloads::Values& values : all) {
            for (const std::string& text : axis.values) {
                const auto change = parse_change(description, axis.name, text);
                if (!change) return std::unexpected(Failure{Failure::Kind::command_line, change.error()});
                workloads::Values varied = values;
                varied.insert_or_assign(axis.name, change->value);
                next.push_back(std::move(varied));
            }
        }
        all = std::move(next);
        if (all.size() > most_points) break;
    }
    return all;
}

class Measurement {
  public:
    Measurement(Harness& harness, const SweepPlan& plan, Observer& observer, SweepResult& result,
                const Sampled& sampled)
        : harness_(harness),
          plan_(plan),
          observer_(observer),
          result_(result),
          sampled_(sampled),
          total_(plan.repetitions * result.points.size()) {}

    void run() {
        observer_.progress(0, total_, "preparing");
        if (!warm_up_all()) return;
        SplitMix64 random(plan_.seed);
        std::vector<std::size_t> order(result_.points.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (std::size_t block = 0; block < plan_.repetitions; ++block) {
            shuffle_block(order, random);
            for (std::size_t point : order) {
                if (is_over_budget()) return;
                if (!take_sample(harness_, result_, point, trace::PhaseKind::sample)) return;
                if (sampled_) sampled_(result_, point);
                observer_.progress(++done_, total_, describe(result_.points[point].setting));
            }
        }
    }

  private:
    /// A random order in which points of one problem stay together: each change of the data costs their preparation.
    void shuffle_block(std::vector<std::size_t>& order, SplitMix64& random) const {
        std::vector<std::uint64_t> rank(order.size());
        for (std::uint64_t& value : rank) value = random();
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
        const auto key = [&](std::size_t point) { return rank[result_.problem_of[point]]; };
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    }

    /// The first setting by the rule, every other backend and thread count by one run: what warms up is the data, which
    /// they share, and each pool's threads.
    bool warm_up_all() {
        std::set<std::pair<std::string, std::size_t>> warm;
        for (std::size_t i = 0; i < result_.points.size(); ++i) {
            const Setting& setting = result_.points[i].setting;
            if (!warm.emplace(setting.backend, setting.threads).second) continue;
            if (const auto applied = harness_.apply(setting); !applied) {
                result_.failure = applied.error();
                return false;
            }
            WarmupRule rule{.exactly = plan_.warmups};
            if (!plan_.warmups && warm.size() > 1) rule.exactly = 1;
            RunResult outcome;
            const auto warmed = warm_up(harness_, rule, observer_, outcome);
            if (!warmed) result_.failure = warmed.error();
            result_.correct = outcome.correct;
            result_.wrong = outcome.wrong;
            result_.end = harness_.control().ended();
            if (!warmed || !*warmed) return false;
            if (is_over_budget()) return false;
        }
        return true;
    }

    bool is_over_budget() {
        if (!plan_.budget_seconds) return false;
        const double spent = std::chrono::duration<double>(Clock::now() - began_).count();
        if (spent < *plan_.budget_seconds) return false;
        result_.budget_spent = true;
        observer_.warning(
            fmt::format("the time budget of {:g} s ended after {} of {} samples; the points measured stand",
                        *plan_.budget_seconds, done_, total_));
        return true;
    }

    std::string describe(const Setting& setting) const {
        std::string text = fmt::format("{} threads {}", setting.backend, setting.threads);
        for (const Axis& axis : plan_.axes) {
            text += fmt::format(" {}={}", axis.name, workloads::to_string(setting.values.find(axis.name)->second));
        }
        return text;
    }

    Harness& harness_;
    const SweepPlan& plan_;
    Observer& observer_;
    SweepResult& result_;
    const Sampled& sampled_;
    const std::size_t total_;
    std::size_t done_ = 0;
    const Clock::time_point began_ = Clock::now();
};

}  // namespace

std::optional<double> numeric(const workloads::Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return std::nullopt;
}

std::expected<SweepResult, Failure> lay_out(const workloads::Description& description, const SweepPlan& plan) {
    const auto values = combinations(description, plan);
    if (!values) return std::unexpected(values.error());
    // Where nobody chose the number of threads, it goes with the values.
    const bool is_chosen = resolved({plan.base.backend, 0, plan.base.values}, description).threads != plan.base.threads;
    const std::vector<std::size_t> threads =
        plan.threads.empty() ? std::vector{is_chosen ? plan.base.threads : 0} : plan.threads;
    if (values->size() * threads.size() * plan.backends.size() > most_points) {
        return std::unexpected(Failure{Failure::Kind::command_line,
                                       fmt::format("a sweep has at most {} points; this one has more", most_points)});
    }
    SweepResult result;
    std::vector<workloads::Values> problems;
    const auto add = [&](Setting setting, bool listed) {
        setting = resolved(std::move(setting), description);
        const auto same = [&](const Point& point) { return point.setting == setting; };
        if (std::any_of(result.points.begin(), result.points.end(), same)) return;
        const workloads::Values problem = problem_values(description, setting.values);
        const auto known = std::find(problems.begin(), problems.end(), problem);
        result.problem_of.push_back(static_cast<std::size_t>(known - problems.begin()));
        if (known == problems.end()) problems.push_back(problem);
        result.points.push_back({.setting = std::move(setting), .samples = {}, .listed = listed});
    };
    for (const workloads::Values& varied : *values) {
        for (const std::string& backend : plan.backends) {
            for (const std::size_t count : threads) add({backend, count, varied}, true);
        }
    }
    const bool has_sequential =
        std::find(description.backends.begin(), description.backends.end(), "sequential") != description.backends.end();
    for (std::size_t problem = 0; has_sequential && problem < problems.size(); ++problem) {
        workloads::Values base = plan.base.values;
        for (const auto& [name, value] : problems[problem]) base.insert_or_assign(name, value);
        add({"sequential", 1, std::move(base)}, false);
    }
    return result;
}

bool take_sample(Harness& harness, SweepResult& result, std::size_t point, trace::PhaseKind kind) {
    Control& control = harness.control();
    while (control.ended() == End::none) {
        control.wait_to_proceed();
        (void)control.take_changes();  // a study has its own values; there is nothing to change
        if (const auto applied = harness.apply(result.points[point].setting); !applied) {
            result.failure = applied.error();
            return false;
        }
        const auto repetition = harness.repeat(kind);
        if (!repetition) {
            result.failure = repetition.error();
            return false;
        }
        if (repetition->wrong) {
            result.correct = false;
            result.wrong = *repetition->wrong;
            return false;
        }
        if (repetition->cancelled || repetition->disturbed) continue;
        result.points[point].samples.push_back(repetition->time_ns);
        result.points[point].figures.add(harness.figures());
        return true;
    }
    result.end = control.ended();
    return false;
}

void measure(Harness& harness, const SweepPlan& plan, Observer& observer, SweepResult& result, const Sampled& sampled) {
    Measurement(harness, plan, observer, result, sampled).run();
}

std::optional<Base> SweepResult::base_of(std::size_t point) const {
    std::optional<Base> best;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (problem_of[i] != problem_of[point] || points[i].setting.threads != 1) continue;
        const std::optional<double> time = median(points[i].samples);
        if (time && (!best || *time < best->median_ns)) best = Base{problem_of[point], i, *time};
    }
    return best;
}

PointSummary summarise(const SweepResult& result, std::size_t point) {
    const std::vector<double>& samples = result.points[point].samples;
    PointSummary summary;
    summary.median_ns = median(samples);
    summary.median_interval = median_interval(samples);
    const std::optional<Base> base = result.base_of(point);
    if (!base || !summary.median_ns) return summary;
    summary.speedup = base->median_ns / *summary.median_ns;
    summary.efficiency = *summary.speedup / static_cast<double>(result.points[point].setting.threads);
    summary.speedup_interval = base->point == point
                                   ? std::optional(Interval{1, 1})
                                   : median_ratio_interval(result.points[base->point].samples, samples);
    if (samples.size() < fewest_samples_for_an_interval) summary.speedup_interval.reset();
    return summary;
}

std::vector<SpeedupPoint> scaling_curve(const SweepPlan& plan, const SweepResult& result, const std::string& backend) {
    const bool one_problem =
        std::all_of(plan.axes.begin(), plan.axes.end(), [](const Axis& axis) { return axis.values.size() == 1; });
    if (!one_problem) return {};
    std::vector<SpeedupPoint> curve;
    for (std::size_t i = 0; i < result.points.size(); ++i) {
        if (!result.points[i].listed || result.points[i].setting.backend != backend) continue;
        if (const auto speedup = summarise(result, i).speedup) {
            curve.push_back({static_cast<double>(result.points[i].setting.threads), *speedup});
        }
    }
    return curve;
}

ParameterCurve parameter_curve(const SweepPlan& plan, const SweepResult& result) {
    if (plan.axes.size() != 1 || plan.backends.size() != 1 || plan.threads.size() > 1) return {};
    ParameterCurve curve;
    for (std::size_t i = 0; i < result.points.size(); ++i) {
        if (!result.points[i].listed) continue;
        const auto value = numeric(result.points[i].setting.values.find(plan.axes.front().name)->second);
        if (!value) return {};
        curve.points.push_back({*value, result.points[i].samples});
        curve.indices.push_back(i);
    }
    std::vector<std::size_t> order(curve.points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return curve.points[a].value < curve.points[b].value; });
    ParameterCurve sorted;
    for (std::size_t i : order) {
        sorted.points.push_back(std::move(curve.points[i]));
        sorted.indices.push_back(curve.indices[i]);
    }
    return sorted;
}

}  // namespace grainscope::study
