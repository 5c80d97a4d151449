// The sorts of the library, which need no knob, beside what the users of other
// engines would call.
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/par_sort_runs.h>
#include <grainscope/workloads/sort_workload.h>
#include <grainscope/workloads/value_access.h>

namespace grainscope::workloads {

namespace {

class ParSortAlgorithm final : public SortAlgorithm {
  public:
    void configure(const Values& values, std::uint64_t) override { stable_ = flag_of(values, "stable"); }
    // A buffer for the stable sorts, and for the unstable one of libstdc++.
    [[nodiscard]] int extra_arrays() const override { return 1; }

    void sort(backends::Backend& on, std::span<std::uint64_t> data, TaskObserver<std::uint64_t>& observer) override {
        run_par_sort(on, data, stable_, observer);
    }
    void sort(backends::Backend& on, std::span<std::int32_t> data, TaskObserver<std::int32_t>& observer) override {
        run_par_sort(on, data, stable_, observer);
    }
    void sort(backends::Backend& on, std::span<double> data, TaskObserver<double>& observer) override {
        run_par_sort(on, data, stable_, observer);
    }
    void sort(backends::Backend& on, std::span<std::string> data, TaskObserver<std::string>& observer) override {
        run_par_sort(on, data, stable_, observer);
    }

  private:
    bool stable_ = false;
};

Description describe() {
    Description description{.name = "par-sort",
                            .title = "Library sort",
                            .category = "Sorting",
                            .summary =
                                "par_sort and par_sort_unstable, beside tbb::parallel_sort, "
                                "libstdc++'s parallel mode and std::sort",
                            .parameters = data_parameters(),
                            .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"}};
    auto& list = description.parameters;
    list.push_back({.name = "stable",
                    .label = "Stable",
                    .help = "Whether elements that compare equal keep their "
                            "order: par_sort instead of par_sort_unstable",
                    .unit = "",
                    .kind = Parameter::Kind::boolean,
                    .default_value = false,
                    .choices = {}});
    list.push_back(slow_parameter());
    return description;
}

const Registration par_sort{describe(),
                            [] { return std::make_unique<SortWorkload>(std::make_unique<ParSortAlgorithm>()); }};

}  // namespace

}  // namespace grainscope::workloads
