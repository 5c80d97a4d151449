// Sums: reading memory as fast as it will give. On our engine it is literally par_iter(values).sum().
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <grainscope/backends/grainscope_backend.h>
#include <grainscope/backends/loop.h>
#include <grainscope/iter/iter.h>
#include <grainscope/workloads/block_observer.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/data_picture.h>
#include <grainscope/workloads/memory_check.h>
#include <grainscope/workloads/sort_data.h>
#include <grainscope/workloads/sort_files.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

enum class Operation { sum, dot, square_roots, reproducible };

Operation operation_named(std::string_view name) {
    if (name == "dot") return Operation::dot;
    if (name == "square-roots") return Operation::square_roots;
    if (name == "reproducible") return Operation::reproducible;
    return Operation::sum;
}

// Whole numbers are added modulo 2^64, as the processor does: no order of additions overflows.
template <class T>
using SumOf = std::conditional_t<std::is_integral_v<T>, std::uint64_t, double>;

// What one item adds.
template <class T>
struct Plain {
    SumOf<T> operator()(T x) const { return static_cast<SumOf<T>>(x); }
};
template <class T>
struct Product {
    SumOf<T> operator()(T x, T y) const { return static_cast<SumOf<T>>(x) * static_cast<SumOf<T>>(y); }
};
template <class T>
struct Root {
    double operator()(T x) const { return std::sqrt(std::fabs(static_cast<double>(x))); }
};

// The items [first, last) in several accumulators, so that a processor adds several at once in floating point as well.
template <class Sum, class Term>
Sum add_up(std::size_t first, std::size_t last, const Term& term) {
    constexpr std::size_t lanes = 16;
    std::array<Sum, lanes> sums{};
    for (; last - first >= lanes; first += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += term(first + lane);
    Sum total{};
    for (; first < last; ++first) total += term(first);
    for (const Sum sum : sums) total += sum;
    return total;
}

// The order of additions of reproducible_sum: blocks of this length, each as four quarters side by side, then pairwise.
constexpr std::size_t reproducible_block = 4096;

double add_block(const double* values, std::size_t count) {
    const std::size_t quarter = count / 4;
    std::array<double, 4> sums{};
    for (std::size_t i = 0; i < quarter; ++i)
        for (std::size_t part = 0; part < 4; ++part) sums[part] += values[part * quarter + i];
    for (std::size_t i = 4 * quarter; i < count; ++i) sums[0] += values[i];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double add_pairwise(std::vector<double> sums) {
    for (std::size_t width = 1; width < sums.size(); width *= 2)
        for (std::size_t i = 0; i + width < sums.size(); i += 2 * width) sums[i] += sums[i + width];
    return sums.empty() ? 0.0 : sums.front();
}

// The right answer, and by how much the order of additions may change it.
struct Reference {
    std::variant<std::uint64_t, double> answer;
    double tolerance = 0;
};

/// The values of one type, and the operations over them.
template <class T>
class Column {
  public:
    Column(std::vector<T> values, std::vector<T> others)
        : values_(std::move(values)), others_(std::move(others)), scale_(std::span<const T>(values_)) {}

    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] bool has_others() const { return !others_.empty(); }

    void reset(const RunContext& context) {
        picture_.reset();
        if (context.board == nullptr) return;
        picture_.emplace(*context.board, scale_, values_.size());
        picture_->publish(values_.data(), 0, values_.size(), [] { return trace::DataBoard::no_owner; });
    }

    void run(Operation operation, std::size_t grain, backends::Backend& backend, const RunContext& context) {
        auto* const ours = dynamic_cast<backends::GrainscopeBackend*>(&backend);
        const bool is_watched = picture_ || (context.gate != nullptr && context.gate->is_asked());
        if (ours != nullptr && !is_watched) {
            ours->pool().install([&] { answer_ = by_iterators(operation, grain, context.cancel); });
        } else {
            answer_ = by_blocks(operation, grain, backend, context);
        }
    }

    [[nodiscard]] std::expected<void, std::string> check(Operation operation) {
        if (!reference_ || referenced_ != operation) {
            reference_ = reference(operation);
            referenced_ = operation;
        }
        if (const auto* whole = std::get_if<std::uint64_t>(&reference_->answer)) {
            const auto* const got = std::get_if<std::uint64_t>(&answer_);
            if (got != nullptr && *got == *whole) return {};
            return std::unexpected(
                fmt::format("the sum is {} modulo 2^64, got {}", static_cast<std::int64_t>(*whole),
                            got != nullptr ? fmt::format("{}", static_cast<std::int64_t>(*got)) : std::string("none")));
        }
        const double right = std::get<double>(reference_->answer);
        const auto* const got = std::get_if<double>(&answer_);
        // A sum of magnitudes beyond the largest number may come out as anything.
        const bool is_known = std::isfinite(reference_->tolerance);
        if (got != nullptr && (!is_known || std::fabs(*got - right) <= reference_->tolerance)) return {};
        return std::unexpected(fmt::format("the sum is {} within {:.3g}, got {}", right, reference_->tolerance,
                                           got != nullptr ? fmt::format("{}", *got) : std::string("none")));
    }

  private:
    using Answer = std::variant<std::monostate, std::uint64_t, double>;

    Answer by_iterators(Operation operation, std::size_t grain, const CancellationToken& cancel) const {
        const auto values = par_iter(values_).with_grain(grain).with_cancellation(cancel);
        switch (operation) {
            case Operation::dot:
                return values.zip(par_iter(others_)).map(Product<T>()).sum();
            case Operation::square_roots:
                return values.map(Root<T>()).sum();
            case Operation::reproducible:
                if constexpr (std::is_floating_point_v<T>) return values.reproducible_sum();
                [[fallthrough]];
            case Operation::sum:
                break;
        }
        if constexpr (std::is_floating_point_v<T>)
            return values.sum();
        else
            return values.map(Plain<T>()).sum();
    }

    Answer by_blocks(Operation operation, std::size_t grain, backends::Backend& backend,
                     const RunContext& context) const {
        const T* const values = values_.data();
        const T* const others = others_.data();
        switch (operation) {
            case Operation::dot:
                return reduced<SumOf<T>>(grain, backend, context,
                                         [=](std::size_t i) { return Product<T>()(values[i], others[i]); });
            case Operation::square_roots:
                return reduced<double>(grain, backend, context, [=](std::size_t i) { return Root<T>()(values[i]); });
            case Operation::reproducible:
                if constexpr (std::is_floating_point_v<T>) return reproduced(grain, backend, context);
                [[fallthrough]];
            case Operation::sum:
                break;
        }
        return reduced<SumOf<T>>(grain, backend, context, [=](std::size_t i) { return Plain<T>()(values[i]); });
    }

    template <class Sum, class Term>
    Sum reduced(std::size_t grain, backends::Backend& backend, const RunContext& context, const Term& term) const {
        const BlockObserver observer(context, backend);
        return backends::reduce_blocks(
            backend, size(), grain, Sum{},
            [&](std::size_t first, std::size_t last, Sum sum) {
                observer.block([&] {
                    sum += add_up<Sum>(first, last, term);
                    paint(first, last, observer);
                });
                return sum;
            },
            [](Sum a, Sum b) { return a + b; });
    }

    double reproduced(std::size_t grain, backends::Backend& backend, const RunContext& context) const {
        const BlockObserver observer(context, backend);
        std::vector<double> sums((size() + reproducible_block - 1) / reproducible_block);
        const std::size_t blocks_a_task = (grain + reproducible_block - 1) / reproducible_block;
        backends::for_blocks(backend, sums.size(), blocks_a_task, [&](std::size_t first, std::size_t last) {
            observer.block([&] {
                for (std::size_t block = first; block < last; ++block) {
                    const std::size_t at = block * reproducible_block;
                    sums[block] = add_block(values_.data() + at, std::min(reproducible_block, size() - at));
                }
                paint(first * reproducible_block, std::min(last * reproducible_block, size()), observer);
            });
        });
        return add_pairwise(std::move(sums));
    }

    void paint(std::size_t first, std::size_t last, const BlockObserver& observer) const {
        if (picture_) picture_->publish(values_.data() + first, first, last - first, [&] { return observer.owner(); });
    }

    // One thread, one accumulator of more bits than any of the sums has.
    [[nodiscard]] Reference reference(Operation operation) const {
        if constexpr (std::is_integral_v<T>) {
            if (operation != Operation::square_roots) {
                std::uint64_t sum = 0;
                for (std::size_t i = 0; i < size(); ++i) {
                    const auto x = static_cast<std::uint64_t>(values_[i]);
                    sum += operation == Operation::dot ? x * static_cast<std::uint64_t>(others_[i]) : x;
                }
                return {sum};
            }
        } else if (operation == Operation::reproducible) {
            std::vector<double> sums;
            for (std::size_t at = 0; at < size(); at += reproducible_block)
                sums.push_back(add_block(values_.data() + at, std::min(reproducible_block, size() - at)));
            return {add_pairwise(std::move(sums))};  // the same bits
        }
        long double sum = 0, magnitudes = 0;
        for (std::size_t i = 0; i < size(); ++i) {
            const auto x = static_cast<long double>(values_[i]);
            const long double term = operation == Operation::dot            ? x * static_cast<long double>(others_[i])
                                     : operation == Operation::square_roots ? std::sqrt(std::fabs(x))
                                                                            : x;
            sum += term;
            magnitudes += std::fabs(term);
        }
        // No order of n additions errs by more (Higham, "Accuracy and Stability of Numerical Algorithms", 4.2); one
        // more for the term itself.
        const double unit = std::numeric_limits<double>::epsilon() / 2;
        return {static_cast<double>(sum), static_cast<double>(magnitudes) * unit * static_cast<double>(size() + 1)};
    }

    std::vector<T> values_;
    std::vector<T> others_;  // the other side of the dot product; empty until one is asked for
    RankScale<T> scale_;
    std::optional<DataPicture<T>> picture_;  // of the board of the last reset
    Answer answer_;
    std::optional<Reference> reference_;
    Operation referenced_ = Operation::sum;
};

// Made-up values of a type; whole numbers have 32 bits, so that a person can check a small sum.
template <class T>
std::vector<T> make_values(const Values& values, std::uint64_t seed) {
    constexpr std::size_t type = std::is_integral_v<T> ? 1 : 2;  // i32 and f64 of Elements
    Elements elements = make_elements(type, distribution_named(text_of(values, "distribution")),
                                      static_cast<std::size_t>(whole_of(values, "n")), seed);
    if constexpr (std::is_integral_v<T>) {
        const auto& small = std::get<std::vector<std::int32_t>>(elements);
        return {small.begin(), small.end()};
    } else {
        return std::get<std::vector<double>>(std::move(elements));
    }
}

class SumWorkload final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        column_ = std::monostate();
        prepared_values_ = values;
        (void)update(values);
        try {
            return text_of(values, "type") == "i64" ? prepare_as<std::int64_t>(values, seed)
                                                    : prepare_as<double>(values, seed);
        } catch (const std::bad_alloc&) {
            column_ = std::monostate();
            return out_of_memory();
        }
    }

    bool update(const Values& values) override {
        operation_ = operation_named(text_of(values, "operation"));
        grain_ = static_cast<std::size_t>(whole_of(values, "grain"));
        slow_ = real_of(values, "slow");
        bool is_ready = true;
        for (const char* name : {"n", "type", "distribution", "input", "format"})
            is_ready = is_ready && values.at(name) == prepared_values_.at(name);
        if (operation_ == Operation::dot)
            with_column([&](const auto& column) { is_ready = is_ready && column.has_others(); });
        return is_ready;
    }

    void reset(RunContext& context) override {
        with_column([&](auto& column) { column.reset(context); });
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        with_column([&](auto& column) { column.run(operation_, grain_, backend, context); });
    }

    std::expected<void, std::string> check() override {
        std::expected<void, std::string> verdict;
        with_column([&](auto& column) { verdict = column.check(operation_); });
        return verdict;
    }

    double items() const override {
        double count = 0;
        with_column([&](const auto& column) { count = static_cast<double>(column.size()); });
        return count;
    }

  private:
    template <class T>
    std::expected<void, Failure> prepare_as(const Values& values, std::uint64_t seed) {
        const std::string& input = text_of(values, "input");
        const int arrays = operation_ == Operation::dot ? 2 : 1;
        std::vector<T> data, others;
        if (input.empty()) {
            const std::int64_t n = whole_of(values, "n");
            // Half an array more: the 32-bit numbers that the last one is made of.
            if (auto fits = check_memory(static_cast<double>(n) * sizeof(T) * (arrays + 0.5), fmt::format("n = {}", n));
                !fits) {
                return fits;
            }
            data = make_values<T>(values, seed);
            if (arrays == 2) others = make_values<T>(values, ~seed);
        } else {
            const FileFormat format = text_of(values, "format") == "binary" ? FileFormat::binary : FileFormat::lines;
            std::expected<std::vector<T>, Failure> read = read_values<T>(input, format);
            if (!read) return std::unexpected(std::move(read.error()));
            data = std::move(*read);
            if constexpr (std::is_floating_point_v<T>) {
                const auto infinite = std::ranges::find_if(data, [](double x) { return std::isinf(x); });
                if (infinite != data.end()) {
                    return std::unexpected(Failure{
                        Failure::Kind::file,
                        fmt::format("{}, value {}: a sum needs finite numbers", input, infinite - data.begin() + 1)});
                }
            }
            if (arrays == 2) others.assign(data.rbegin(), data.rend());
        }
        column_ = std::make_unique<Column<T>>(std::move(data), std::move(others));
        return {};
    }

    template <class Visitor>
    void with_column(Visitor&& visitor) const {
        std::visit(
            [&](const auto& column) {
                if constexpr (!std::is_same_v<std::decay_t<decltype(column)>, std::monostate>) visitor(*column);
            },
            column_);
    }

    std::variant<std::monostate, std::unique_ptr<Column<std::int64_t>>, std::unique_ptr<Column<double>>> column_;
    Values prepared_values_;
    Operation operation_ = Operation::sum;
    std::size_t grain_ = 0;
    double slow_ = 1;
};

Description describe() {
    Description description{.name = "sum",
                            .title = "Sum",
                            .category = "Parallel iterators",
                            .summary = "Adds up an array: par_iter(values).sum(), as fast as memory can be read",
                            .parameters = {},
                            .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"}};
    auto& list = description.parameters;
    list.push_back(count_parameter("How many values to add", "values", 20'000'000, 1e15));
    list.push_back({.name = "type",
                    .label = "Type",
                    .help = "The type of the values; whole numbers are added modulo 2^64",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("f64"),
                    .live = false,
                    .choices = {{"i64", "64-bit signed"}, {"f64", "64-bit floating point"}}});
    list.push_back({.name = "operation",
                    .label = "Operation",
                    .help = "What is added up: values, products with another array, square roots of the magnitudes, or "
                            "values in an order that gives the same bits for any number of threads",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("sum"),
                    .choices = {{"sum", "Sum"},
                                {"dot", "Dot product"},
                                {"square-roots", "Sum of square roots"},
                                {"reproducible", "Reproducible sum"}}});
    list.push_back({.name = "distribution",
                    .label = "Distribution",
                    .help = "In what order, and how often, the values come",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("random"),
                    .live = false,
                    .choices = distribution_choices()});
    for (Parameter& parameter : input_parameters("Add the values in this file instead of made-up ones"))
        list.push_back(std::move(parameter));
    list.push_back(grain_parameter("values"));
    list.push_back(slow_parameter());
    return description;
}

const Registration sum{describe(), [] { return std::make_unique<SumWorkload>(); }};

}  // namespace

}  // namespace grainscope::workloads
