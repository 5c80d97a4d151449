// Quicksort: split by a pivot, fork the two sides.
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/leaf_names.h>
#include <grainscope/workloads/sort_runs.h>
#include <grainscope/workloads/sort_workload.h>
#include <grainscope/workloads/value_access.h>

namespace grainscope::workloads {

namespace {

Pivot pivot_named(std::string_view name) {
    if (name == "first") return Pivot::first;
    if (name == "random") return Pivot::random;
    if (name == "median3") return Pivot::median3;
    return Pivot::ninther;
}

class QuicksortAlgorithm final : public SortAlgorithm {
  public:
    void configure(const Values& values, std::uint64_t seed) override {
        options_.threshold = static_cast<std::size_t>(whole_of(values, "threshold"));
        options_.pivot = pivot_named(text_of(values, "pivot"));
        options_.leaf_sort = leaf_named(text_of(values, "leaf"));
        options_.parallel_partition = flag_of(values, "parallel-partition");
        options_.seed = seed;
    }
    [[nodiscard]] int extra_arrays() const override { return 0; }

    void sort(backends::Backend& on, std::span<std::uint64_t> data, TaskObserver<std::uint64_t>& observer) override {
        run_quicksort(on, data, options_, observer);
    }
    void sort(backends::Backend& on, std::span<std::int32_t> data, TaskObserver<std::int32_t>& observer) override {
        run_quicksort(on, data, options_, observer);
    }
    void sort(backends::Backend& on, std::span<double> data, TaskObserver<double>& observer) override {
        run_quicksort(on, data, options_, observer);
    }
    void sort(backends::Backend& on, std::span<std::string> data, TaskObserver<std::string>& observer) override {
        run_quicksort(on, data, options_, observer);
    }

  private:
    QuicksortOptions<> options_;
};

Description describe() {
    Description description{
        .name = "quicksort",
        .title = "Quicksort",
        .category = "Sorting",
        .summary = "Splits the data by a pivot and sorts both sides in parallel, down to a threshold",
        .parameters = data_parameters(),
        .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"}};
    auto& list = description.parameters;
    list.push_back({.name = "threshold",
                    .label = "Threshold",
                    .help = "Ranges of at most this many elements are not split any more",
                    .unit = "elements",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{32},
                    .minimum = 1,
                    .maximum = 1e9,
                    .logarithmic = true,
                    .tunable = true,
                    .choices = {}});
    list.push_back({.name = "pivot",
                    .label = "Pivot",
                    .help = "The element that a range is split by",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("median3"),
                    .choices = {{"first", "The first"},
                                {"random", "A random one"},
                                {"median3", "Median of three"},
                                {"ninther", "Ninther (median of three medians)"}}});
    list.push_back(leaf_parameter("std-sort", false));
    list.push_back({.name = "parallel-partition",
                    .label = "Parallel partition",
                    .help = "Whether several tasks split a large range together; else the first split runs alone",
                    .unit = "",
                    .kind = Parameter::Kind::boolean,
                    .default_value = true,
                    .choices = {}});
    list.push_back(slow_parameter());
    return description;
}

const Registration quicksort{describe(),
                             [] { return std::make_unique<SortWorkload>(std::make_unique<QuicksortAlgorithm>()); }};

}  // namespace

}  // namespace grainscope::workloads
