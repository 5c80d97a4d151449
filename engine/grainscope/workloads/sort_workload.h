// What all sorting workloads share: the data, its picture, and the check of the answer. The algorithm is a part of its
// own.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include <grainscope/workloads/data_picture.h>
#include <grainscope/workloads/multiset_hash.h>
#include <grainscope/workloads/sort_data.h>
#include <grainscope/workloads/sort_files.h>
#include <grainscope/workloads/task_observer.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// How an array gets sorted. `sort` runs on the backend and returns when the array is done, or throws Cancelled.
class SortAlgorithm {
  public:
    virtual ~SortAlgorithm() = default;
    /// Takes its knobs from checked values.
    virtual void configure(const Values& values, std::uint64_t seed) = 0;
    /// Arrays of the data's size that it needs besides the data.
    [[nodiscard]] virtual int extra_arrays() const = 0;

    virtual void sort(backends::Backend&, std::span<std::uint64_t>, TaskObserver<std::uint64_t>&) = 0;
    virtual void sort(backends::Backend&, std::span<std::int32_t>, TaskObserver<std::int32_t>&) = 0;
    virtual void sort(backends::Backend&, std::span<double>, TaskObserver<double>&) = 0;
    virtual void sort(backends::Backend&, std::span<std::string>, TaskObserver<std::string>&) = 0;
};

/// The parameters that describe the data: n, type, distribution, input, format, output. A workload adds its
/// algorithm's.
[[nodiscard]] std::vector<Parameter> data_parameters();
/// The choices of `leaf` and `pivot` share their names with the options of engine/sort.
[[nodiscard]] Parameter leaf_parameter(std::string default_name, bool stable);

class SortWorkload final : public Workload {
  public:
    explicit SortWorkload(std::unique_ptr<SortAlgorithm> algorithm);
    ~SortWorkload() override;

    [[nodiscard]] std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override;
    [[nodiscard]] bool update(const Values& values) override;
    void reset(RunContext& context) override;
    void run(backends::Backend& backend, RunContext& context) override;
    [[nodiscard]] std::expected<void, std::string> check() override;
    [[nodiscard]] double items() const override;
    [[nodiscard]] std::expected<void, Failure> write_output() override;

  private:
    template <class T>
    struct Column;
    using Columns =
        std::variant<std::monostate, std::unique_ptr<Column<std::uint64_t>>, std::unique_ptr<Column<std::int32_t>>,
                     std::unique_ptr<Column<double>>, std::unique_ptr<Column<std::string>>>;

    // Calls visitor(Column<T>&); nothing before prepare.
    template <class Visitor>
    void with_column(Visitor&& visitor) const;

    std::unique_ptr<SortAlgorithm> algorithm_;
    Columns columns_;
    Values prepared_values_;
    std::uint64_t seed_ = 0;
    double slow_ = 1;
    std::string output_;
    FileFormat format_ = FileFormat::lines;
};

}  // namespace grainscope::workloads
