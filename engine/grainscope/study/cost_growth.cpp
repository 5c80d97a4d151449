#include <grainscope/study/cost_growth.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace grainscope::study {
namespace {

using Json = nlohmann::json;  // names in order, so that equal objects have equal texts
using trace::Nanoseconds;
using trace::Recording;
using trace::TimeRange;

/// Two amounts of work that differ by less are the same: they come from a rate in a text.
constexpr double same_items = 1e-6;

/// An object, whatever the text is: what a file says may be anything.
Json object_of(const std::string& text) {
    Json json = Json::parse(text, nullptr, false);
    return json.is_object() ? json : Json::object();
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string string_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string any_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? std::string() : text_of(*found);
}

std::optional<double> number_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::optional<std::size_t> count_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    const bool counts = found != object.end() && found->is_number_unsigned();
    return counts ? std::optional(found->get<std::size_t>()) : std::nullopt;
}

std::optional<double> items_of_a_sample(const Recording& recording) {
    const trace::Note* const result = recording.last_note(trace::NoteKind::result);
    if (result == nullptr) return std::nullopt;
    const Json document = object_of(result->text);
    const std::optional<double> rate = number_in(document, "items_per_second");
    const std::optional<double> median_ns = number_in(document, "median_ns");
    if (!rate || !median_ns || *rate <= 0 || *median_ns <= 0) return std::nullopt;
    return *rate * *median_ns / 1e9;
}

/// The samples of the last setting, one by one: those that have ended.
struct Costs {
    std::vector<double> least, most;  ///< busy CPU time, ns
    std::vector<double> elapsed;      ///< ns
    double worker_time = 0;           ///< ns, of all samples
    double descheduled = 0;           ///< of that
    [[nodiscard]] double without_core() const { return worker_time > 0 ? descheduled / worker_time : 0; }
};

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

Costs costs_of(const Recording& recording) {
    const std::vector<TimeRange> ranges = ranges_of_last_setting(recording);
    Costs costs;
    auto first = ranges.begin();
    for (const trace::Phase& phase : recording.phases) {
        if (phase.kind != trace::PhaseKind::sample || phase.discarded || !phase.end) continue;
        first = std::find_if(first, ranges.end(), [&](const TimeRange& range) { return range.begin >= phase.begin; });
        const auto last =
            std::find_if(first, ranges.end(), [&](const TimeRange& range) { return range.end > *phase.end; });
        const trace::Analysis times = trace::analyze_times(recording, std::span(first, last));
        first = last;
        if (!times.on_cpu || !times.busy || !times.idle.searching || !times.idle.blocked) continue;
        const Nanoseconds elsewhere = *times.idle.searching + *times.idle.blocked;  // a wait spins before it sleeps
        costs.least.push_back(static_cast<double>(std::max<Nanoseconds>(0, *times.on_cpu - elsewhere)));
        costs.most.push_back(static_cast<double>(std::min(*times.on_cpu, *times.busy)));
        costs.elapsed.push_back(static_cast<double>(times.elapsed));
        costs.worker_time += static_cast<double>(times.worker_time);
        costs.descheduled += static_cast<double>(times.idle.descheduled.value_or(0));
    }
    return costs;
}

}  // namespace

RecordedRun recorded_run(const Recording& recording) {
    const Json metadata = object_of(recording.metadata);
    const auto part = [](const Json& object, const char* key) {
        return object.contains(key) && object[key].is_object() ? object[key] : Json::object();
    };
    const Json machine = part(metadata, "machine");
    RecordedRun run{.workload = string_in(metadata, "workload"),
                    .backend = string_in(metadata, "backend"),
                    .parameters = {},
                    .seed = any_in(metadata, "seed"),
                    .processor = {},
                    .threads = count_in(metadata, "threads"),
                    .logical_cores = count_in(machine, "logical_cores"),
                    .physical_cores = count_in(machine, "physical_cores"),
                    .items = items_of_a_sample(recording)};
    Json parameters = part(metadata, "parameters");
    if (const trace::Note* const note = recording.last_note(trace::NoteKind::parameters)) {
        parameters = object_of(note->text);
        if (const auto threads = count_in(parameters, "threads")) run.threads = threads;
        if (const std::string backend = string_in(parameters, "backend"); !backend.empty()) run.backend = backend;
        parameters.erase("threads");
        parameters.erase("backend");
    }
    run.parameters = text_of(parameters);
    run.processor = any_in(machine, "model") + any_in(machine, "logical_cores");
    return run;
}

std::vector<TimeRange> ranges_of_last_setting(const Recording& recording) {
    Nanoseconds since = 0;
    const std::string* before = nullptr;
    for (const trace::Note& note : recording.notes) {
        if (note.kind != trace::NoteKind::parameters) continue;
        if (before != nullptr && *before != note.text) since = note.at;
        before = &note.text;
    }
    std::vector<TimeRange> ranges = trace::measured_ranges(recording);
    std::erase_if(ranges, [&](const TimeRange& range) { return range.begin < since; });
    return ranges;
}

bool holds_several_settings(const Recording& recording) {
    return recording.last_note(trace::NoteKind::point) != nullptr;
}

std::optional<std::string> why_not_comparable(const Recording& recording, const Recording& other) {
    const RecordedRun mine = recorded_run(recording), theirs = recorded_run(other);
    const auto differ = [](std::string_view what, std::string_view word, const std::string& its,
                           const std::string& not_of) {
        const std::string unknown = "something unknown";
        return fmt::format("{} {}{}, not {}{}", what, word, its.empty() ? unknown : its, word,
                           not_of.empty() ? unknown : not_of);
    };
    if (holds_several_settings(other) || holds_several_settings(recording))
        return "a study's recording holds several settings; record one with grainscope run";
    if (theirs.workload != mine.workload || mine.workload.empty())
        return differ("it is", "of ", theirs.workload, mine.workload);
    if (theirs.backend != mine.backend) return differ("it is", "on ", theirs.backend, mine.backend);
    if (theirs.parameters != mine.parameters)
        return differ("its parameters are", "", theirs.parameters, mine.parameters);
    if (theirs.seed != mine.seed) return differ("its seed is", "", theirs.seed, mine.seed);
    if (theirs.processor != mine.processor) return differ("its processor is", "", theirs.processor, mine.processor);
    if (!mine.threads || !theirs.threads) return "the number of threads is unknown";
    if (*mine.threads == *theirs.threads)
        return fmt::format("both have {} threads; give one of another number, such as {}", *mine.threads,
                           *mine.threads == 1 ? 2 : 1);
    return std::nullopt;
}

std::optional<CostGrowth> cost_growth(std::span<const Recording* const> recordings) {
    if (recordings.size() < 2) return std::nullopt;
    const auto threads = [](const Recording* recording) { return recorded_run(*recording).threads.value_or(0); };
    const auto [fewest, most] = std::ranges::minmax_element(recordings, {}, threads);
    if (why_not_comparable(**fewest, **most)) return std::nullopt;

    const RecordedRun few = recorded_run(**fewest), many = recorded_run(**most);
    const Costs few_costs = costs_of(**fewest), many_costs = costs_of(**most);
    const auto few_most = median(few_costs.most), many_least = median(many_costs.least);
    const auto few_elapsed = median(few_costs.elapsed), many_elapsed = median(many_costs.elapsed);
    if (!few_most || !many_least || *few_most <= 0 || *many_elapsed <= 0) return std::nullopt;

    // The same parameters are the same work, except where a workload lets every thread do its part.
    double scale = few.items && many.items ? *few.items / *many.items : 1;
    if (std::abs(scale - 1) < same_items) scale = 1;
    CostGrowth result{.few = *few.threads,
                      .many = *many.threads,
                      .growth = *many_least / *few_most * scale,
                      .interval = {},
                      .speedup = *few_elapsed / *many_elapsed / scale,
                      .cores_at_once = sum(many_costs.least) / sum(many_costs.elapsed),
                      .without_core = std::max(few_costs.without_core(), many_costs.without_core()),
                      .cores_suffice = many.physical_cores && *many.threads <= *many.physical_cores};
    const auto low = median_ratio_interval(many_costs.least, few_costs.most);
    const auto high = median_ratio_interval(many_costs.most, few_costs.least);
    if (low && high) result.interval = Interval{low->low * scale, high->high * scale};
    return result;
}

}  // namespace grainscope::study
