// Fibonacci numbers the slow way: a fork for every addition. Without a cut-off it measures what a fork costs, and
// nothing else.
#include <cmath>

#include <fmt/format.h>

#include <grainscope/backends/run_on.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

std::uint64_t fib_sequential(std::int64_t n) {
    return n < 2 ? static_cast<std::uint64_t>(n) : fib_sequential(n - 1) + fib_sequential(n - 2);
}

std::uint64_t fib_iterative(std::int64_t n) {
    std::uint64_t a = 0, b = 1;
    for (; n > 0; --n) a = std::exchange(b, a + b);
    return a;
}

// Recursion with a fork for every call above the cut-off, and nothing else in it.
template <class Fork>
std::uint64_t fib_forked(Fork& fork, std::int64_t n, std::int64_t cutoff) {
    if (n < 2) return static_cast<std::uint64_t>(n);
    if (n <= cutoff) return fib_sequential(n);
    std::uint64_t a = 0, b = 0;
    fork.join([&] { a = fib_forked(fork, n - 1, cutoff); }, [&] { b = fib_forked(fork, n - 2, cutoff); });
    return a + b;
}

// A call of this size is the smallest that looks at the token and passes the gate: about 20,000 of them a second would
// be seen, and a look at every fork would cost as much as the fork.
constexpr std::int64_t smallest_task = 12;

class Fib final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t) override {
        prepared_n_ = whole_of(values, "n");
        (void)update(values);
        return {};
    }

    bool update(const Values& values) override {
        n_ = whole_of(values, "n");
        cutoff_ = whole_of(values, "cutoff");
        slow_ = real_of(values, "slow");
        return n_ == prepared_n_;
    }

    void reset(RunContext& context) override {
        answer_ = 0;
        if (context.board != nullptr) context.board->clear();
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        backends::run_on(backend, [&](auto& fork) { answer_ = watched(fork, n_, context); });
    }

    std::expected<void, std::string> check() override {
        const std::uint64_t right = fib_iterative(n_);
        if (answer_ == right) return {};
        return std::unexpected(fmt::format("fib({}) is {}, got {}", n_, right, answer_));
    }

    // Calls of the plain recursion, whatever the cut-off: 2 fib(n + 1) - 1.
    double items() const override { return 2 * static_cast<double>(fib_iterative(n_ + 1)) - 1; }

  private:
    template <class Fork>
    std::uint64_t watched(Fork& fork, std::int64_t n, const RunContext& context) const {
        if (n <= smallest_task || n <= cutoff_) {
            context.cancel.throw_if_cancelled();
            const bool timed = context.gate != nullptr && context.gate->wants_time();
            const platform::Ticks begun = timed ? platform::ticks() : 0;
            const std::uint64_t result = fib_forked(fork, n, cutoff_);
            if (context.gate != nullptr)
                context.gate->checkpoint(timed ? platform::ticks() - begun : 0, context.cancel);
            return result;
        }
        std::uint64_t a = 0, b = 0;
        fork.join([&] { a = watched(fork, n - 1, context); }, [&] { b = watched(fork, n - 2, context); });
        return a + b;
    }

    std::int64_t n_ = 0, prepared_n_ = 0, cutoff_ = 0;
    double slow_ = 1;
    std::uint64_t answer_ = 0;
};

Description describe() {
    Description description{.name = "fib",
                            .title = "Fibonacci",
                            .category = "Classics",
                            .summary = "Forks at every addition: what a fork costs, and how a cut-off pays for it",
                            .parameters = {},
                            .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"}};
    auto& list = description.parameters;
    list.push_back({.name = "n",
                    .label = "n",
                    .help = "Which Fibonacci number; each step takes 1.6 times as long",
                    .unit = "",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{32},
                    .minimum = 0,
                    .maximum = 60,
                    .live = false,
                    .choices = {}});
    list.push_back({.name = "cutoff",
                    .label = "Cut-off",
                    .help = "Calls up to this n do not fork; 0: all do",
                    .unit = "",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{0},
                    .minimum = 0,
                    .maximum = 60,
                    .tunable = true,
                    .choices = {}});
    list.push_back(slow_parameter());
    return description;
}

const Registration fib{describe(), [] { return std::make_unique<Fib>(); }};

}  // namespace

}  // namespace grainscope::workloads
