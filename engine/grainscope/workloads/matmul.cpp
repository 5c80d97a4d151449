// A matrix product, block by block: regular work at the speed of the arithmetic units. What is left to get wrong is how
// large a block to give away.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/loop.h>
#include <grainscope/workloads/block_observer.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/gemm.h>
#include <grainscope/workloads/memory_check.h>
#include <grainscope/workloads/random.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

/// Elements of the factors are whole numbers up to this: every sum of n products is exact in either type, in any order.
constexpr std::int64_t largest_element = 8;
constexpr std::int64_t largest_n = 32'768;
static_assert(largest_n * largest_element * largest_element <= std::int64_t{1} << std::numeric_limits<float>::digits);

/// The picture has at most so many blocks in a row.
constexpr std::size_t most_cells = 128;

std::size_t blocks_of(std::size_t n, std::size_t tile) { return (n + tile - 1) / tile; }

Picture::Extent extent_of(const Values& values) {
    const std::size_t cells = std::min(most_cells, blocks_of(static_cast<std::size_t>(whole_of(values, "n")),
                                                             static_cast<std::size_t>(whole_of(values, "tile"))));
    return {.columns = cells, .rows = cells};
}

/// a * b = c, all n by n and row by row.
template <class T>
class Product {
  public:
    Product(std::size_t n, std::uint64_t seed) : n_(n), seed_(seed), a_(n * n), b_(n * n), c_(n * n) {
        fill(a_, seed);
        fill(b_, mix(seed));
    }

    void reset() { std::ranges::fill(c_, std::numeric_limits<T>::quiet_NaN()); }

    void run(std::size_t tile, backends::Backend& backend, const RunContext& context) {
        const std::size_t blocks = blocks_of(n_, tile);
        const BlockObserver observer(context, backend);
        backends::for_blocks(backend, blocks * blocks, 1, [&](std::size_t first, std::size_t last) {
            for (std::size_t block = first; block < last; ++block)
                observer.block([&] { multiply(block / blocks, block % blocks, tile, context, observer); });
        });
    }

    // Freivalds ("Fast probabilistic algorithms", 1979): if c is not a * b, then c x differs from a (b x) for all but
    // one in 2^16 of the vectors x. In whole numbers, so that not a single bit may be wrong; two vectors.
    [[nodiscard]] std::expected<void, std::string> check() const {
        const double bound = static_cast<double>(largest_element * largest_element) * static_cast<double>(n_);
        for (std::size_t i = 0; i < c_.size(); ++i) {
            const auto value = static_cast<double>(c_[i]);
            if (std::fabs(value) <= bound && value == std::floor(value)) continue;
            return std::unexpected(
                fmt::format("the element in row {}, column {} is {}: no sum of whole products", i / n_, i % n_, value));
        }
        for (std::uint64_t round = 0; round < 2; ++round) {
            std::vector<std::int64_t> x(n_);
            for (std::size_t i = 0; i < n_; ++i)
                x[i] = static_cast<std::int64_t>(random_at(mix(seed_ + round) ^ seed_, i) >> 48);
            const std::vector<std::int64_t> right = times(a_, times(b_, x));
            const std::vector<std::int64_t> got = times(c_, x);
            const auto wrong = std::ranges::mismatch(right, got).in1;
            if (wrong != right.end())
                return std::unexpected(fmt::format("row {} of the product is wrong", wrong - right.begin()));
        }
        return {};
    }

  private:
    void fill(std::vector<T>& matrix, std::uint64_t seed) const {
        for (std::size_t i = 0; i < matrix.size(); ++i) {
            const std::uint64_t random = scale_to(random_at(seed, i), 2 * largest_element + 1);
            matrix[i] = static_cast<T>(static_cast<std::int64_t>(random) - largest_element);
        }
    }

    void multiply(std::size_t row, std::size_t column, std::size_t tile, const RunContext& context,
                  const BlockObserver& observer) {
        const GemmBlock block{.row = row * tile,
                              .rows = std::min(tile, n_ - row * tile),
                              .column = column * tile,
                              .columns = std::min(tile, n_ - column * tile)};
        for (std::size_t from = 0; from < n_; from += gemm_depth) {
            if (from != 0) context.cancel.throw_if_cancelled();
            gemm_panel(a_.data(), b_.data(), c_.data(), n_, block, from);
            if (context.board == nullptr) continue;
            const std::size_t blocks = blocks_of(n_, tile);
            const std::size_t cells = std::min(most_cells, blocks);
            const auto done = static_cast<float>(std::min(n_, from + gemm_depth)) / static_cast<float>(n_);
            context.board->publish(row * cells / blocks * cells + column * cells / blocks, done, observer.owner());
        }
    }

    // Exact: 64 n^2 2^16 is at most 2^52.
    [[nodiscard]] std::vector<std::int64_t> times(const std::vector<T>& matrix,
                                                  const std::vector<std::int64_t>& x) const {
        std::vector<std::int64_t> result(n_);
        for (std::size_t i = 0; i < n_; ++i) {
            const T* const row = matrix.data() + i * n_;
            std::int64_t sum = 0;
            for (std::size_t j = 0; j < n_; ++j) sum += static_cast<std::int64_t>(row[j]) * x[j];
            result[i] = sum;
        }
        return result;
    }

    std::size_t n_;
    std::uint64_t seed_;
    std::vector<T> a_, b_, c_;
};

class MatMul final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        product_ = std::monostate();  // the old matrices' memory is free for the new ones
        prepared_values_ = values;
        (void)update(values);
        const bool is_double = text_of(values, "type") == "f64";
        const double elements = static_cast<double>(n_) * static_cast<double>(n_) * 3;
        if (auto fits =
                check_memory(elements * (is_double ? sizeof(double) : sizeof(float)), fmt::format("n = {}", n_));
            !fits) {
            return fits;
        }
        try {
            if (is_double)
                product_ = std::make_unique<Product<double>>(n_, seed);
            else
                product_ = std::make_unique<Product<float>>(n_, seed);
        } catch (const std::bad_alloc&) {
            return out_of_memory();
        }
        return {};
    }

    bool update(const Values& values) override {
        n_ = static_cast<std::size_t>(whole_of(values, "n"));
        tile_ = static_cast<std::size_t>(whole_of(values, "tile"));
        slow_ = real_of(values, "slow");
        return values.at("n") == prepared_values_.at("n") && values.at("type") == prepared_values_.at("type");
    }

    void reset(RunContext& context) override {
        with_product([](auto& product) { product.reset(); });
        if (context.board != nullptr) context.board->clear();
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        with_product([&](auto& product) { product.run(tile_, backend, context); });
    }

    std::expected<void, std::string> check() override {
        std::expected<void, std::string> verdict;
        with_product([&](const auto& product) { verdict = product.check(); });
        return verdict;
    }

    // Multiplications and additions.
    double items() const override { return 2 * std::pow(static_cast<double>(n_), 3); }

  private:
    // Calls visitor(Product<T>&); nothing before prepare.
    template <class Visitor>
    void with_product(Visitor&& visitor) const {
        std::visit(
            [&](const auto& product) {
                if constexpr (!std::is_same_v<std::decay_t<decltype(product)>, std::monostate>) visitor(*product);
            },
            product_);
    }

    std::variant<std::monostate, std::unique_ptr<Product<float>>, std::unique_ptr<Product<double>>> product_;
    Values prepared_values_;
    std::size_t n_ = 1, tile_ = 1;
    double slow_ = 1;
};

Description describe() {
    Description description{
        .name = "matmul",
        .title = "Matrix product",
        .category = "Classics",
        .summary = "Multiplies two square matrices block by block, at the speed of the arithmetic units",
        .parameters = {},
        .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"},
        .picture = {.shape = Picture::Shape::grid,
                    .remark = "each block of the product in the colour of the worker that computes it",
                    .position = "block",
                    .value = "products added up",
                    .extent = extent_of}};
    auto& list = description.parameters;
    list.push_back({.name = "n",
                    .label = "Size",
                    .help = "Rows and columns of the matrices; twice as many take eight times as long",
                    .unit = "rows",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{2048},
                    .minimum = 1,
                    .maximum = static_cast<double>(largest_n),
                    .logarithmic = true,
                    .live = false,
                    .choices = {}});
    list.push_back({.name = "type",
                    .label = "Type",
                    .help = "The type of the elements",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("f64"),
                    .live = false,
                    .choices = {{"f32", "32-bit float"}, {"f64", "64-bit float"}}});
    list.push_back({.name = "tile",
                    .label = "Block",
                    .help = "Rows and columns of the block of the product that is one task",
                    .unit = "rows",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{128},
                    .minimum = 8,
                    .maximum = static_cast<double>(largest_n),
                    .logarithmic = true,
                    .tunable = true,
                    .choices = {}});
    list.push_back(slow_parameter());
    return description;
}

const Registration matmul{describe(), [] { return std::make_unique<MatMul>(); }};

}  // namespace

}  // namespace grainscope::workloads
