#include "app/cli/documents.h"

#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>

#include <grainscope/study/picture.h>

namespace grainscope::cli {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

/// Nanoseconds, whole where they are.
Json time_json(double ns) {
    return ns == std::floor(ns) && std::abs(ns) < 9e15 ? Json(static_cast<std::int64_t>(ns)) : Json(ns);
}

Json time_json(const std::optional<double>& ns) { return ns ? time_json(*ns) : Json(nullptr); }

Json times_json(const std::vector<double>& samples) {
    Json list = Json::array();
    for (double sample : samples) list.push_back(time_json(sample));
    return list;
}

Json interval_json(const std::optional<study::Interval>& interval) {
    return interval ? Json::array({time_json(interval->low), time_json(interval->high)}) : Json(nullptr);
}

Json ratio_interval_json(const std::optional<study::Interval>& interval) {
    return interval ? Json::array({interval->low, interval->high}) : Json(nullptr);
}

Json value_json(const workloads::Value& value) {
    return std::visit([](const auto& held) { return Json(held); }, value);
}

/// The machine as a result names it: enough to tell whether two results may be compared.
Json short_machine_json(const platform::Machine& machine) {
    return {{"logical_cores", machine.logical_cores},
            {"physical_cores", or_null(machine.physical_cores)},
            {"model", or_null(machine.model)},
            {"kernel", or_null(machine.kernel)},
            {"load_before", or_null(machine.load)}};
}

Json worker_json(std::size_t id, const trace::WorkerTimes& worker) {
    const auto counter = [&](std::uint64_t trace::Counters::*field) {
        return worker.counters ? Json((*worker.counters).*field) : Json(nullptr);
    };
    return {{"id", id},
            {"busy_ns", or_null(worker.busy_ns)},
            {"searching_ns", or_null(worker.searching_ns)},
            {"parked_ns", or_null(worker.parked_ns)},
            {"blocked_ns", or_null(worker.blocked_ns)},
            {"on_cpu_ns", or_null(worker.on_cpu_ns)},
            {"jobs", counter(&trace::Counters::jobs)},
            {"steals", counter(&trace::Counters::steals)},
            {"failed_steals", counter(&trace::Counters::failed_steals)},
            {"parks", counter(&trace::Counters::parks)},
            {"wakes", counter(&trace::Counters::wakes)}};
}

Json splitting_json(const std::optional<SplittingTelemetry>& splitting) {
    if (!splitting) return nullptr;
    const bool was_timed = splitting->item_ns > 0;
    return {{"grain", splitting->grain},
            {"grain_origin", splitting->why_grain == GrainOrigin::given ? "given" : "probed"},
            {"item_ns", was_timed ? Json(splitting->item_ns) : Json(nullptr)},
            {"items", splitting->items > 0 ? Json(splitting->items) : Json(nullptr)},
            {"pieces", splitting->pieces},
            {"splits_at_start", splitting->splits_at_start},
            {"splits_on_demand", splitting->splits_on_demand},
            {"splits_by_max_len", splitting->splits_by_max_len},
            {"migrated", splitting->migrated}};
}

Json models_json(const std::vector<study::SpeedupPoint>& curve) {
    Json amdahl = nullptr;
    if (const auto fit = study::fit_amdahl(curve)) amdahl = {{"serial_fraction", fit->serial_fraction}};
    Json usl = nullptr;
    if (const auto fit = study::fit_universal_scalability(curve)) {
        usl = {{"sigma", fit->sigma},
               {"kappa", fit->kappa},
               {"lambda", fit->lambda},
               {"peak_threads", or_null(fit->peak_threads())}};
    }
    return {{"amdahl", amdahl}, {"usl", usl}};
}

Json base_json(const study::SweepResult& result, const study::Base& base) {
    const study::Setting& setting = result.points[base.point].setting;
    return {{"backend", setting.backend},
            {"threads", setting.threads},
            {"parameters", parameters_json(setting.values)},
            {"samples_ns", times_json(result.points[base.point].samples)},
            {"median_ns", time_json(base.median_ns)}};
}

/// Every problem's base, in the order of the problems; those not measured yet are missing.
Json bases_json(const study::SweepResult& result) {
    Json bases = Json::array();
    std::size_t next_problem = 0;
    for (std::size_t i = 0; i < result.points.size(); ++i) {
        if (result.problem_of[i] != next_problem) continue;
        ++next_problem;
        if (const auto base = result.base_of(i)) bases.push_back(base_json(result, *base));
    }
    return bases;
}

void add_circumstances(Json& document, const Circumstances& circumstances) {
    document["seed"] = circumstances.seed;
    document["trace_level"] = level_name(circumstances.level);
    document["machine"] = short_machine_json(circumstances.machine);
    document["version"] = GRAINSCOPE_VERSION;
}

const char* kind_name(workloads::Parameter::Kind kind) {
    switch (kind) {
        case workloads::Parameter::Kind::integer:
            return "integer";
        case workloads::Parameter::Kind::real:
            return "real";
        case workloads::Parameter::Kind::boolean:
            return "boolean";
        case workloads::Parameter::Kind::choice:
            return "choice";
        case workloads::Parameter::Kind::file:
            return "file";
    }
    return "";
}

/// Null for what is no file.
Json path_json(const workloads::Parameter& parameter) {
    using Path = workloads::Parameter::Path;
    if (parameter.kind != workloads::Parameter::Kind::file) return nullptr;
    switch (parameter.path) {
        case Path::open_file:
            return "open_file";
        case Path::save_file:
            return "save_file";
        case Path::open_folder:
            return "open_folder";
        case Path::save_folder:
            return "save_folder";
        case Path::open_file_or_folder:
            return "open_file_or_folder";
    }
    return nullptr;
}

Json parameter_json(const workloads::Parameter& parameter) {
    using Kind = workloads::Parameter::Kind;
    const auto bound = [&](double value) -> Json {
        if (parameter.kind == Kind::integer) return static_cast<std::int64_t>(value);
        if (parameter.kind == Kind::real) return value;
        return nullptr;
    };
    Json choices = nullptr;
    if (parameter.kind == Kind::choice) {
        choices = Json::array();
        for (const workloads::Choice& choice : parameter.choices) {
            choices.push_back({{"name", choice.name}, {"label", choice.label}});
        }
    }
    return {{"name", parameter.name},
            {"label", parameter.label},
            {"help", parameter.help},
            {"unit", parameter.unit},
            {"kind", kind_name(parameter.kind)},
            {"path", path_json(parameter)},
            {"default", value_json(parameter.default_value)},
            {"minimum", bound(parameter.minimum)},
            {"maximum", bound(parameter.maximum)},
            {"logarithmic", parameter.logarithmic},
            {"live", parameter.live},
            {"tunable", parameter.tunable},
            {"choices", std::move(choices)}};
}

workloads::Values default_values(const workloads::Description& description) {
    workloads::Values values;
    for (const workloads::Parameter& parameter : description.parameters)
        values.emplace(parameter.name, parameter.default_value);
    return values;
}

/// The picture that a run with the defaults has.
Json default_picture_json(const workloads::Description& description) {
    return Json::parse(study::picture_json(description.picture, default_values(description)));
}

/// Null where it is one a core.
Json default_threads_json(const workloads::Description& description) {
    if (!description.default_threads) return nullptr;
    return description.default_threads(default_values(description));
}

template <class T>
Json name_or_null(const std::optional<T>& value) {
    return value ? Json(study::name_of(*value)) : Json(nullptr);
}

Json advice_json(const study::Advice& advice) {
    Json evidence = Json::array();
    for (const study::Evidence& known : advice.evidence) {
        evidence.push_back({{"name", known.name}, {"value", known.value}, {"unit", known.unit}});
    }
    return {{"kind", name_or_null(advice.kind)}, {"sentence", advice.sentence},
            {"tool", name_or_null(advice.tool)}, {"confidence", name_or_null(advice.confidence)},
            {"evidence", std::move(evidence)},   {"missing", or_null(advice.missing)}};
}

Json figures_json(const study::FigureSamples& samples) {
    Json figures = Json::array();
    for (const workloads::Figure& figure : samples.medians()) {
        figures.push_back(
            {{"name", figure.name}, {"label", figure.label}, {"unit", figure.unit}, {"value", figure.value}});
    }
    return figures;
}

}  // namespace

std::string level_name(trace::Level level) {
    switch (level) {
        case trace::Level::off:
            return "off";
        case trace::Level::states:
            return "states";
        case trace::Level::tasks:
            return "tasks";
    }
    return "";
}

std::string printed(const Json& document) {
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string on_one_line(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json parameters_json(const workloads::Values& values) {
    Json object = Json::object();
    for (const auto& [name, value] : values) {
        const auto* text = std::get_if<std::string>(&value);
        object[name] = text != nullptr ? or_null(*text) : value_json(value);
    }
    return object;
}

Json metadata_json(const Circumstances& circumstances, const study::Setting& setting) {
    Json document{{"schema", schema},
                  {"workload", circumstances.workload},
                  {"backend", setting.backend},
                  {"threads", setting.threads},
                  {"parameters", parameters_json(setting.values)}};
    add_circumstances(document, circumstances);
    return document;
}

Json run_json(const Circumstances& circumstances, const study::RunResult& result) {
    Json workers = Json::array();
    for (std::size_t i = 0; i < result.workers.size(); ++i) workers.push_back(worker_json(i, result.workers[i]));
    Json failures = Json::array();
    for (const workloads::ItemFailure& failure : result.item_failures) {
        failures.push_back({{"item", failure.item}, {"error", failure.error}});
    }
    Json parameters = parameters_json(result.setting.values);
    for (const char* source : {"input", "urls"}) {
        if (parameters.contains("n") && parameters.contains(source) && !parameters[source].is_null())
            parameters["n"] = static_cast<std::int64_t>(result.items);  // the file overrides it
    }
    const std::optional<double> median = study::median(result.samples);
    Json document{{"schema", schema},
                  {"workload", circumstances.workload},
                  {"backend", result.setting.backend},
                  {"threads", result.setting.threads},
                  {"parameters", std::move(parameters)},
                  {"samples_ns", times_json(result.samples)},
                  {"median_ns", time_json(median)},
                  {"ci95_ns", interval_json(study::median_interval(result.samples))},
                  {"correct", result.checked ? Json(result.correct) : Json(nullptr)},
                  {"items_per_second", median && *median > 0 ? Json(result.items / *median * 1e9) : Json(nullptr)},
                  {"workers", std::move(workers)},
                  {"utilisation", or_null(result.utilisation())},
                  {"splitting", splitting_json(result.splitting)},
                  {"dropped_events", circumstances.dropped_events},
                  {"failures", std::move(failures)},
                  {"figures", figures_json(result.figures)}};
    add_circumstances(document, circumstances);
    return document;
}

Json point_json(const study::SweepResult& result, std::size_t point) {
    const study::Point& measured = result.points[point];
    const study::PointSummary summary = study::summarise(result, point);
    return {{"threads", measured.setting.threads},
            {"backend", measured.setting.backend},
            {"parameters", parameters_json(measured.setting.values)},
            {"samples_ns", times_json(measured.samples)},
            {"median_ns", time_json(summary.median_ns)},
            {"ci95_ns", interval_json(summary.median_interval)},
            {"speedup", or_null(summary.speedup)},
            {"speedup_ci95", ratio_interval_json(summary.speedup_interval)},
            {"efficiency", or_null(summary.efficiency)},
            {"figures", figures_json(measured.figures)}};
}

Json sweep_json(const Circumstances& circumstances, const study::SweepPlan& plan, const study::SweepResult& result) {
    Json points = Json::array();
    for (std::size_t i = 0; i < result.points.size(); ++i) {
        if (result.points[i].listed) points.push_back(point_json(result, i));
    }
    Json bases = bases_json(result);
    Json document{{"schema", schema},
                  {"workload", circumstances.workload},
                  {"points", std::move(points)},
                  {"base", bases.size() == 1 ? bases.front() : Json(nullptr)},
                  {"models", models_json(study::scaling_curve(plan, result, plan.backends.front()))}};
    if (bases.size() > 1) document["bases"] = bases;  // one for each size or kind of data
    if (plan.backends.size() > 1) {
        Json by_backend = Json::object();
        for (const std::string& backend : plan.backends) {
            by_backend[backend] = models_json(study::scaling_curve(plan, result, backend));
        }
        document["models_by_backend"] = std::move(by_backend);
    }
    const study::ParameterCurve curve = study::parameter_curve(plan, result);
    if (!curve.points.empty()) {
        document["over"] = plan.axes.front().name;
        const auto plateau = study::find_plateau(curve.points);
        document["plateau"] = plateau ? Json::array({time_json(curve.points[plateau->first].value),
                                                     time_json(curve.points[plateau->last].value)})
                                      : Json(nullptr);
        document["recommended"] = plateau ? time_json(curve.points[plateau->recommended].value) : Json(nullptr);
    }
    document["correct"] = result.correct;
    add_circumstances(document, circumstances);
    return document;
}

Json tune_point_json(const study::Setting& setting, const study::CurvePoint& point) {
    return {{"threads", setting.threads},
            {"backend", setting.backend},
            {"parameters", parameters_json(setting.values)},
            {"samples_ns", times_json(point.samples)},
            {"median_ns", time_json(study::median(point.samples))},
            {"ci95_ns", interval_json(study::median_interval(point.samples))},
            {"speedup", nullptr},
            {"speedup_ci95", nullptr},
            {"efficiency", nullptr}};
}

Json tune_json(const Circumstances& circumstances, const study::Setting& setting, const std::string& parameter,
               const study::SearchResult& result) {
    Json points = Json::array();
    for (const study::CurvePoint& point : result.curve) {
        study::Setting at = setting;
        at.values.insert_or_assign(parameter, static_cast<std::int64_t>(point.value));
        points.push_back(tune_point_json(at, point));
    }
    Json plateau = nullptr;
    Json recommended = nullptr;
    if (result.plateau) {
        plateau = Json::array({time_json(result.curve[result.plateau->first].value),
                               time_json(result.curve[result.plateau->last].value)});
        recommended = time_json(result.curve[result.plateau->recommended].value);
    }
    Json document{{"schema", schema},
                  {"workload", circumstances.workload},
                  {"over", parameter},
                  {"points", std::move(points)},
                  {"plateau", std::move(plateau)},
                  {"recommended", std::move(recommended)},
                  {"gain_over_default", or_null(result.gain)},
                  {"gain_ci95", ratio_interval_json(result.gain_interval)}};
    add_circumstances(document, circumstances);
    return document;
}

Json list_json() {
    Json backends = Json::array();
    for (const backends::Availability& backend : backends::all_backends()) {
        backends.push_back({{"name", backend.name},
                            {"available", backend.missing_because.empty()},
                            {"missing_because", or_null(backend.missing_because)}});
    }
    Json workloads = Json::array();
    for (const workloads::Registry::Entry& entry : workloads::Registry::instance().entries()) {
        const workloads::Description& description = entry.description;
        Json parameters = Json::array();
        for (const workloads::Parameter& parameter : description.parameters)
            parameters.push_back(parameter_json(parameter));
        workloads.push_back({{"name", description.name},
                             {"title", description.title},
                             {"category", description.category},
                             {"summary", description.summary},
                             {"parameters", std::move(parameters)},
                             {"backends", description.backends},
                             {"picture", default_picture_json(description)},
                             {"has_stages", static_cast<bool>(description.diagram)},
                             {"threads_by_default", default_threads_json(description)}});
    }
    return {{"schema", schema},
            {"version", GRAINSCOPE_VERSION},
            {"workloads", std::move(workloads)},
            {"backends", std::move(backends)}};
}

Json machine_json(const platform::Machine& machine) {
    return {{"schema", schema},
            {"logical_cores", machine.logical_cores},
            {"physical_cores", or_null(machine.physical_cores)},
            {"affinity", machine.affinity},
            {"cgroup_cpu_quota", or_null(machine.cgroup_cpu_quota)},
            {"model", or_null(machine.model)},
            {"kernel", or_null(machine.kernel)},
            {"governor", or_null(machine.governor)},
            {"memory_bytes", or_null(machine.memory_bytes)},
            {"available_memory_bytes", or_null(machine.available_memory_bytes)},
            {"load", or_null(machine.load)},
            {"invariant_tsc", machine.invariant_tsc},
            {"membarrier", machine.membarrier},
            {"hardware_counters", machine.hardware_counters},
            {"context_switch_records", machine.context_switch_records},
            {"schedstat", machine.schedstat},
            {"perf_event_paranoid", or_null(machine.perf_event_paranoid)},
            {"version", GRAINSCOPE_VERSION}};
}

Json analysis_json(const trace::Analysis& analysis, const study::Advice& advice) {
    return {{"schema", schema},
            {"complete", analysis.complete},
            {"utilisation", or_null(analysis.utilisation)},
            {"dropped_events", analysis.dropped_events},
            {"idle_ns",
             {{"searching", or_null(analysis.idle.searching)},
              {"parked", or_null(analysis.idle.parked)},
              {"blocked", or_null(analysis.idle.blocked)},
              {"descheduled", or_null(analysis.idle.descheduled)}}},
            {"work_ns", or_null(analysis.work)},
            {"span_ns", or_null(analysis.span)},
            {"burdened_span_ns", or_null(analysis.burdened_span)},
            {"parallelism", or_null(analysis.parallelism)},
            {"steals", or_null(analysis.steals)},
            {"predicted", nullptr},
            {"check", nullptr},
            {"advice", advice_json(advice)}};
}

}  // namespace grainscope::cli
