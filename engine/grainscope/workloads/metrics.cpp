// Counting from all threads at once: one number that they fight for, numbers of their own on one cache line, and
// numbers of their own far apart. What differs is where the memory lies, and by how much is what this workload shows.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <grainscope/backends/loop.h>
#include <grainscope/metrics/counter.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/platform/clock.h>
#include <grainscope/workloads/block_observer.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/random.h>
#include <grainscope/workloads/run_picture.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

/// What is counted with: increment(worker), from any thread, and the total afterwards.
class SharedCounter {
  public:
    explicit SharedCounter(std::size_t) {}
    void increment(std::size_t) noexcept { counter_.increment(); }
    [[nodiscard]] std::uint64_t total() const noexcept { return counter_.value(); }

  private:
    Counter counter_;
};

class Sharded {
  public:
    explicit Sharded(std::size_t workers) : counter_(workers) {}
    void increment(std::size_t) noexcept { counter_.increment(); }
    [[nodiscard]] std::uint64_t total() const noexcept { return counter_.value(); }

  private:
    ShardedCounter counter_;
};

/// A number for each worker, side by side: nobody writes to another's, and yet their cache lines are the same.
class Neighbours {
  public:
    explicit Neighbours(std::size_t workers) : workers_(workers), counters_(std::make_unique<Counter[]>(workers)) {}
    void increment(std::size_t worker) noexcept { counters_[worker].increment(); }
    [[nodiscard]] std::uint64_t total() const noexcept {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < workers_; ++i) sum += counters_[i].value();
        return sum;
    }

  private:
    std::size_t workers_;
    std::unique_ptr<Counter[]> counters_;
};

class Locked {
  public:
    explicit Locked(std::size_t) {}
    void increment(std::size_t) {
        const std::lock_guard lock(mutex_);
        ++count_;
    }
    [[nodiscard]] std::uint64_t total() const noexcept { return count_; }

  private:
    std::mutex mutex_;
    std::uint64_t count_ = 0;
};

class Metrics final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        seed_ = seed;
        n_ = static_cast<std::size_t>(whole_of(values, "n"));
        (void)update(values);
        return {};
    }

    bool update(const Values& values) override {
        kind_ = text_of(values, "counter");
        rounds_ = whole_of(values, "work");
        grain_ = static_cast<std::size_t>(whole_of(values, "grain"));
        slow_ = real_of(values, "slow");
        return static_cast<std::size_t>(whole_of(values, "n")) == n_;
    }

    void reset(RunContext& context) override {
        total_ = 0;
        picture_.reset(context, n_);
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        if (kind_ == "sharded") return count<Sharded>(backend, context);
        if (kind_ == "neighbours") return count<Neighbours>(backend, context);
        if (kind_ == "mutex") return count<Locked>(backend, context);
        count<SharedCounter>(backend, context);
    }

    std::expected<void, std::string> check() override {
        if (total_ == n_) return {};
        return std::unexpected(fmt::format("{} increments were made, and {} counted", n_, total_));
    }

    double items() const override { return static_cast<double>(n_); }

  private:
    template <class Kind>
    void count(backends::Backend& backend, RunContext& context) {
        Kind counter(backend.threads());
        const BlockObserver observer(context, backend);
        backends::for_blocks(backend, n_, grain_, [&](std::size_t first, std::size_t last) {
            observer.block([&] {
                const std::size_t worker = backend.worker_index();
                const platform::Ticks begin = picture_ ? platform::ticks() : 0;
                for (std::size_t i = first; i < last; ++i) {
                    need(mix_rounds(seed_ + i, rounds_));
                    counter.increment(worker);
                }
                if (picture_)
                    picture_.publish_cost(first, last, platform::ticks() - begin, full_height_ns, observer.owner());
            });
        });
        total_ = counter.total();
    }

    static constexpr double full_height_ns = 100;

    std::uint64_t seed_ = 1;
    std::size_t n_ = 0;
    std::string kind_;
    std::int64_t rounds_ = 0;
    std::size_t grain_ = 0;
    double slow_ = 1;
    std::uint64_t total_ = 0;
    RunPicture picture_;
};

Description describe() {
    Description description{
        .name = "metrics",
        .title = "Metrics",
        .category = "Shared data",
        .summary = "Counts from all threads at once: one shared number, sharded ones, and what false sharing costs",
        .parameters = {},
        .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"},
        .picture = {.remark = "each bar in the colour of the worker that counted there",
                    .position = "increment",
                    .value = "time an increment (full height: 100 ns)",
                    .extent = {}}};
    auto& list = description.parameters;
    list.push_back(count_parameter("How often is counted", "increments", 10'000'000, 1e12));
    list.push_back({.name = "counter",
                    .label = "Counter",
                    .help = "One number for all; one for each worker, on cache lines of their own (sharded) or all on "
                            "one (neighbours: false sharing); or one behind a mutex",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("shared"),
                    .choices = {{"shared", "One shared atomic"},
                                {"sharded", "Sharded, a cache line each"},
                                {"neighbours", "A number each, on one cache line"},
                                {"mutex", "One number behind a mutex"}}});
    list.push_back(rounds_parameter("work", "Work between", "What is done between two increments", 0));
    list.push_back(grain_parameter("increments"));
    list.push_back(slow_parameter());
    return description;
}

const Registration metrics{describe(), [] { return std::make_unique<Metrics>(); }};

}  // namespace

}  // namespace grainscope::workloads
