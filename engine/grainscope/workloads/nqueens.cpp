// Queens that do not attack each other: a search tree whose branches nobody can weigh beforehand. Bitmasks of attacked
// columns and diagonals after Richards ("Backtracking algorithms in MCPL using bit patterns and recursion", 1997).
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <grainscope/backends/run_on.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/workloads/block_observer.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

constexpr std::int64_t largest_board = 18;

/// OEIS A000170: how many ways there are on a board of n by n.
constexpr std::array<std::uint64_t, largest_board + 1> known_counts = {
    1, 1, 0, 0, 2, 10, 4, 40, 92, 352, 724, 2680, 14200, 73712, 365596, 2279184, 14772512, 95815104, 666090624};

/// Queens in the first rows, as what they attack in the next: a bit a column.
struct Position {
    std::uint32_t columns = 0;  // held by a queen
    std::uint32_t left = 0;     // attacked along the diagonals that lead to the left
    std::uint32_t right = 0;

    [[nodiscard]] std::uint32_t free(std::uint32_t board) const { return board & ~(columns | left | right); }
    [[nodiscard]] Position with(std::uint32_t queen) const {
        return {columns | queen, (left | queen) << 1, (right | queen) >> 1};
    }
    [[nodiscard]] int queens() const { return std::popcount(columns); }
};

std::uint64_t count_completions(const Position& position, std::uint32_t board) {
    if (position.columns == board) return 1;
    std::uint64_t count = 0;
    for (std::uint32_t free = position.free(board); free != 0; free &= free - 1)
        count += count_completions(position.with(free & (~free + 1)), board);
    return count;
}

/// One run: the search tree down to the cut-off forks, below it each branch is a task.
class Search {
  public:
    Search(int n, int cutoff, const RunContext& context, const backends::Backend& backend,
           std::span<Atomic<std::uint64_t>> found)
        : n_(n),
          cutoff_(cutoff),
          board_((std::uint32_t{1} << n) - 1),
          context_(context),
          observer_(context, backend),
          found_(found) {}

    template <class Fork>
    std::uint64_t count(Fork& fork) const {
        return count(fork, Position(), no_cell);
    }

  private:
    static constexpr std::size_t no_cell = ~std::size_t{0};

    // `cell`: that of the first two queens, once they stand.
    template <class Fork>
    std::uint64_t count(Fork& fork, const Position& position, std::size_t cell) const {
        if (position.queens() >= cutoff_ || position.columns == board_) return count_as_task(position, cell);
        std::array<std::uint32_t, largest_board> queens;
        std::size_t choices = 0;
        for (std::uint32_t free = position.free(board_); free != 0; free &= free - 1)
            queens[choices++] = free & (~free + 1);
        if (choices == 0) return 0;
        return count_choices(fork, position, cell, std::span(queens.data(), choices));
    }

    template <class Fork>
    std::uint64_t count_choices(Fork& fork, const Position& position, std::size_t cell,
                                std::span<const std::uint32_t> queens) const {
        if (queens.size() == 1) {
            const Position next = position.with(queens.front());
            const std::size_t next_cell = cell_after(position, cell, queens.front());
            const std::uint64_t count_of_next = count(fork, next, next_cell);
            // All of this cell's tasks have ended: from here on its value is the final one.
            if (cell == no_cell && next_cell != no_cell) publish(next_cell);
            return count_of_next;
        }
        const auto half = queens.first(queens.size() / 2), rest = queens.subspan(queens.size() / 2);
        std::uint64_t a = 0, b = 0;
        fork.join([&] { a = count_choices(fork, position, cell, half); },
                  [&] { b = count_choices(fork, position, cell, rest); });
        return a + b;
    }

    std::uint64_t count_as_task(const Position& position, std::size_t cell) const {
        std::uint64_t count = 0;
        observer_.block([&] { count = count_alone(position, cell); });
        return count;
    }

    // Cell by cell, where the cut-off leaves whole rows of cells to one task.
    std::uint64_t count_alone(const Position& position, std::size_t cell) const {
        if (cell == no_cell && position.columns != board_) {
            std::uint64_t count = 0;
            for (std::uint32_t free = position.free(board_); free != 0; free &= free - 1) {
                context_.cancel.throw_if_cancelled();
                const std::uint32_t queen = free & (~free + 1);
                count += count_alone(position.with(queen), cell_after(position, cell, queen));
            }
            return count;
        }
        const std::uint64_t count = count_completions(position, board_);
        if (cell != no_cell && context_.board != nullptr) {
            // Relaxed: each cell's number stands for itself, and is read for the last time behind the join of its
            // tasks.
            found_[cell].fetch_add(count, relaxed);
            publish(cell);
        }
        return count;
    }

    // A row of cells for the first queen's column, a column of cells for the second's; a single queen has the only
    // cell.
    [[nodiscard]] std::size_t cell_after(const Position& position, std::size_t cell, std::uint32_t queen) const {
        if (position.queens() == 0) return n_ == 1 ? 0 : no_cell;
        if (position.queens() > 1) return cell;
        const auto first = static_cast<std::size_t>(std::countr_zero(position.columns));
        return first * static_cast<std::size_t>(n_) + static_cast<std::size_t>(std::countr_zero(queen));
    }

    void publish(std::size_t cell) const {
        if (context_.board == nullptr) return;
        // Twice the mean of the cells that have any is full: hardly one has more.
        const double cells = std::max(1, (n_ - 1) * (n_ - 2));
        const double full = 2.0 * static_cast<double>(known_counts[static_cast<std::size_t>(n_)]) / cells;
        const auto found = static_cast<double>(found_[cell].load(relaxed));
        context_.board->publish(cell, full > 0 ? static_cast<float>(std::min(1.0, found / full)) : 0.0F,
                                observer_.owner());
    }

    const int n_;
    const int cutoff_;
    const std::uint32_t board_;
    const RunContext& context_;
    const BlockObserver observer_;
    const std::span<Atomic<std::uint64_t>> found_;  // by cell, for the picture
};

class NQueens final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t) override {
        prepared_n_ = static_cast<int>(whole_of(values, "n"));
        (void)update(values);
        found_ = std::make_unique<Atomic<std::uint64_t>[]>(cells());
        return {};
    }

    bool update(const Values& values) override {
        n_ = static_cast<int>(whole_of(values, "n"));
        cutoff_ = static_cast<int>(whole_of(values, "cutoff"));
        slow_ = real_of(values, "slow");
        return n_ == prepared_n_;
    }

    void reset(RunContext& context) override {
        answer_ = ~std::uint64_t{0};
        for (std::size_t i = 0; i < cells(); ++i) found_[i].store(0, relaxed);
        if (context.board != nullptr) context.board->clear();
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        const Search search(n_, cutoff_, context, backend, std::span(found_.get(), cells()));
        backends::run_on(backend, [&](auto& fork) { answer_ = search.count(fork); });
    }

    std::expected<void, std::string> check() override {
        const std::uint64_t right = known_counts[static_cast<std::size_t>(n_)];
        if (answer_ == right) return {};
        return std::unexpected(fmt::format("{} queens stand in {} ways (OEIS A000170), got {}", n_, right, answer_));
    }

    double items() const override { return static_cast<double>(known_counts[static_cast<std::size_t>(n_)]); }

  private:
    [[nodiscard]] std::size_t cells() const {
        return static_cast<std::size_t>(prepared_n_) * static_cast<std::size_t>(prepared_n_);
    }

    int n_ = 1, prepared_n_ = 0, cutoff_ = 0;
    double slow_ = 1;
    std::uint64_t answer_ = 0;
    std::unique_ptr<Atomic<std::uint64_t>[]> found_;
};

Description describe() {
    Description description{
        .name = "nqueens",
        .title = "N queens",
        .category = "Classics",
        .summary = "Counts the ways to put n queens on a board: branches whose size nobody knows beforehand",
        .parameters = {},
        .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"},
        .picture = {.shape = Picture::Shape::grid,
                    .remark = "first queen by row, second by column, in the colour of the worker that was there last",
                    .position = "pair of first queens",
                    .value = "solutions found",
                    .extent = [](const Values& values) -> Picture::Extent {
                        const auto n = static_cast<std::size_t>(whole_of(values, "n"));
                        return {.columns = n, .rows = n};
                    }}};
    auto& list = description.parameters;
    list.push_back({.name = "n",
                    .label = "Queens",
                    .help = "Rows and columns of the board; each one more takes about seven times as long",
                    .unit = "queens",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{14},
                    .minimum = 1,
                    .maximum = static_cast<double>(largest_board),
                    .live = false,
                    .choices = {}});
    list.push_back({.name = "cutoff",
                    .label = "Cut-off",
                    .help = "With so many queens on the board the rest is one task",
                    .unit = "queens",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{4},
                    .minimum = 0,
                    .maximum = static_cast<double>(largest_board),
                    .tunable = true,
                    .choices = {}});
    list.push_back(slow_parameter());
    return description;
}

const Registration nqueens{describe(), [] { return std::make_unique<NQueens>(); }};

}  // namespace

}  // namespace grainscope::workloads
