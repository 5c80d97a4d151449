// Merge sort: sort both halves in parallel, then merge them, in parallel as well.
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/leaf_names.h>
#include <grainscope/workloads/sort_runs.h>
#include <grainscope/workloads/sort_workload.h>
#include <grainscope/workloads/value_access.h>

namespace grainscope::workloads {

namespace {

class MergeSortAlgorithm final : public SortAlgorithm {
  public:
    void configure(const Values& values, std::uint64_t) override {
        options_.threshold = static_cast<std::size_t>(whole_of(values, "threshold"));
        options_.merge = text_of(values, "merge") == "sequential" ? Merge::sequential : Merge::parallel;
        options_.merge_threshold = static_cast<std::size_t>(whole_of(values, "merge-threshold"));
        options_.leaf_sort = leaf_named(text_of(values, "leaf"));
    }
    [[nodiscard]] int extra_arrays() const override { return 1; }

    void sort(backends::Backend& on, std::span<std::uint64_t> data, TaskObserver<std::uint64_t>& observer) override {
        run_merge_sort(on, data, options_, observer);
    }
    void sort(backends::Backend& on, std::span<std::int32_t> data, TaskObserver<std::int32_t>& observer) override {
        run_merge_sort(on, data, options_, observer);
    }
    void sort(backends::Backend& on, std::span<double> data, TaskObserver<double>& observer) override {
        run_merge_sort(on, data, options_, observer);
    }
    void sort(backends::Backend& on, std::span<std::string> data, TaskObserver<std::string>& observer) override {
        run_merge_sort(on, data, options_, observer);
    }

  private:
    MergeSortOptions<> options_;
};

Parameter threshold(std::string name, std::string label, std::string help, std::int64_t default_value) {
    return {.name = std::move(name),
            .label = std::move(label),
            .help = std::move(help),
            .unit = "elements",
            .kind = Parameter::Kind::integer,
            .default_value = default_value,
            .minimum = 1,
            .maximum = 1e9,
            .logarithmic = true,
            .tunable = true,
            .choices = {}};
}

Description describe() {
    Description description{
        .name = "merge-sort",
        .title = "Merge sort",
        .category = "Sorting",
        .summary = "Sorts both halves in parallel and merges them, stable, with a merge that is divided too",
        .parameters = data_parameters(),
        .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"}};
    auto& list = description.parameters;
    const MergeSortOptions<> defaults;
    list.push_back(threshold("threshold", "Threshold", "Ranges of at most this many elements are sorted by one task",
                             static_cast<std::int64_t>(defaults.threshold)));
    list.push_back(leaf_parameter("merge", true));
    list.push_back({.name = "merge",
                    .label = "Merge",
                    .help = "Whether one task merges two halves, or several by splitting at the middle rank",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("parallel"),
                    .choices = {{"sequential", "By one task"}, {"parallel", "By splitting"}}});
    list.push_back(threshold("merge-threshold", "Merge threshold", "Merges of at most this many elements are not split",
                             static_cast<std::int64_t>(defaults.merge_threshold)));
    list.push_back(slow_parameter());
    return description;
}

const Registration merge_sort{describe(),
                              [] { return std::make_unique<SortWorkload>(std::make_unique<MergeSortAlgorithm>()); }};

}  // namespace

}  // namespace grainscope::workloads
