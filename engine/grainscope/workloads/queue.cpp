// Producers and consumers around one queue that never blocks: our ArrayQueue and SegQueue, a deque behind a mutex, and
// moodycamel's ConcurrentQueue, all doing the same job.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#ifdef GRAINSCOPE_HAS_MOODYCAMEL
#include <concurrentqueue/concurrentqueue.h>
#endif

#include <grainscope/backends/team.h>
#include <grainscope/collections/array_queue.h>
#include <grainscope/collections/seg_queue.h>
#include <grainscope/platform/parking.h>
#include <grainscope/workloads/block_observer.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/random.h>
#include <grainscope/workloads/run_picture.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

using Item = std::uint64_t;  // the number of the item, from 0

/// The queues, made alike: push gives false if it is full, pop gives none if it is empty.
class Array {
  public:
    explicit Array(std::size_t capacity) : queue_(capacity) {}
    [[nodiscard]] bool push(Item item) { return queue_.push(item).has_value(); }
    [[nodiscard]] std::optional<Item> pop() { return queue_.pop(); }
    static constexpr bool keeps_order = true;

  private:
    ArrayQueue<Item> queue_;
};

class Segmented {
  public:
    explicit Segmented(std::size_t) {}
    [[nodiscard]] bool push(Item item) {
        queue_.push(item);
        return true;
    }
    [[nodiscard]] std::optional<Item> pop() { return queue_.pop(); }
    static constexpr bool keeps_order = true;

  private:
    SegQueue<Item> queue_;
};

class Locked {
  public:
    explicit Locked(std::size_t capacity) : capacity_(capacity) {}
    [[nodiscard]] bool push(Item item) {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= capacity_) return false;
        queue_.push_back(item);
        return true;
    }
    [[nodiscard]] std::optional<Item> pop() {
        const std::lock_guard lock(mutex_);
        if (queue_.empty()) return std::nullopt;
        const Item item = queue_.front();
        queue_.pop_front();
        return item;
    }
    static constexpr bool keeps_order = true;

  private:
    std::mutex mutex_;
    std::deque<Item> queue_;
    std::size_t capacity_;
};

#ifdef GRAINSCOPE_HAS_MOODYCAMEL
class Moodycamel {
  public:
    explicit Moodycamel(std::size_t) {}
    [[nodiscard]] bool push(Item item) { return queue_.enqueue(item); }
    [[nodiscard]] std::optional<Item> pop() {
        Item item = 0;
        return queue_.try_dequeue(item) ? std::optional(item) : std::nullopt;
    }
    static constexpr bool keeps_order = false;  // not across consumers

  private:
    moodycamel::ConcurrentQueue<Item> queue_;
};
#endif

/// What one row has done; a cache line each, so that counting costs nobody else anything.
struct alignas(cache_line) RowTally {
    Atomic<std::uint64_t> moved{0};  // relaxed: a number for the eye; the end of the team orders the last one
    std::uint64_t sum = 0, mixed = 0;
    std::vector<Item> last;  // of each producer, plus one
    std::uint64_t out_of_order = 0;
};

/// Full or empty: somebody else must run, and may be waiting for this core. Who has waited for long, as while the
/// other side is paused, leaves it altogether.
class Patience {
  public:
    explicit Patience(const CancellationToken& cancel) : cancel_(cancel) {}
    void wait() {
        cancel_.throw_if_cancelled();
        if (++tries_ < 100) return platform::yield_thread();
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    void reset() { tries_ = 0; }

  private:
    const CancellationToken& cancel_;
    int tries_ = 0;
};

class Queue final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        n_ = static_cast<std::size_t>(whole_of(values, "n"));
        seed_ = seed;
        (void)update(values);
        return {};
    }

    bool update(const Values& values) override {
        kind_ = text_of(values, "queue");
        capacity_ = static_cast<std::size_t>(whole_of(values, "capacity"));
        rounds_ = whole_of(values, "work");
        slow_ = real_of(values, "slow");
        return static_cast<std::size_t>(whole_of(values, "n")) == n_;
    }

    void reset(RunContext& context) override {
        rows_.clear();
        picture_.reset(context, n_);
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        if (kind_ == "seg") return move_through<Segmented>(backend, context);
        if (kind_ == "mutex") return move_through<Locked>(backend, context);
#ifdef GRAINSCOPE_HAS_MOODYCAMEL
        if (kind_ == "moodycamel") return move_through<Moodycamel>(backend, context);
#endif
        move_through<Array>(backend, context);
    }

    std::expected<void, std::string> check() override {
        std::uint64_t count = 0, sum = 0, mixed = 0, out_of_order = 0;
        for (std::size_t row = producers_; row < rows_.size(); ++row) {
            count += rows_[row].moved.load(relaxed);  // the team has ended
            sum += rows_[row].sum;
            mixed += rows_[row].mixed;
            out_of_order += rows_[row].out_of_order;
        }
        if (count != n_) return std::unexpected(fmt::format("{} items went in, and {} came out", n_, count));
        if (sum != sum_of_all() || mixed != mixed_of_all())
            return std::unexpected(std::string("as many items came out as went in, but not the same ones"));
        if (out_of_order != 0)
            return std::unexpected(fmt::format("{} items overtook one of the same producer", out_of_order));
        return {};
    }

    double items() const override { return static_cast<double>(n_); }

  private:
    [[nodiscard]] std::uint64_t sum_of_all() const {
        return n_ % 2 == 0 ? n_ / 2 * (n_ - 1) : (n_ - 1) / 2 * n_;  // modulo 2^64, as the rows add
    }
    [[nodiscard]] std::uint64_t mixed_of_all() {
        if (!mixed_of_all_) {
            std::uint64_t mixed = 0;
            for (std::size_t i = 0; i < n_; ++i) mixed += mix(i);
            mixed_of_all_ = {n_, mixed};
        }
        if (mixed_of_all_->first != n_) {
            mixed_of_all_.reset();
            return mixed_of_all();
        }
        return mixed_of_all_->second;
    }

    template <class Kind>
    void move_through(backends::Backend& backend, RunContext& context) {
        Kind queue(capacity_);
        const BlockObserver observer(context, backend);
        const std::size_t threads = backend.threads();
        // One thread is producer and consumer in turn; its second row is no thread.
        producers_ = std::max<std::size_t>(1, threads / 2);
        rows_ = std::vector<RowTally>(std::max<std::size_t>(2, threads));
        for (RowTally& row : rows_) row.last.resize(producers_);
        const trace::ShownChannels shown(context.channels, {[this] { return reading(); }});
        Atomic<std::size_t> at_work{producers_};
        backends::run_team(backend, [&](std::size_t row) {
            try {
                if (threads == 1) {
                    alternate(queue, observer);
                } else if (row < producers_) {
                    produce(queue, row, observer, Patience(context.cancel));
                } else {
                    consume(queue, row, at_work, observer, Patience(context.cancel));
                }
            } catch (...) {
                leave(row, at_work);
                throw;
            }
            leave(row, at_work);
        });
        context.cancel.throw_if_cancelled();
    }
    void leave(std::size_t row, Atomic<std::size_t>& at_work) const {
        if (row < producers_) at_work.fetch_sub(1, release);  // pairs with the acquire in consume: all is pushed
    }

    [[nodiscard]] std::size_t first_of(std::size_t producer) const { return n_ / producers_ * producer; }
    [[nodiscard]] std::size_t end_of(std::size_t producer) const {
        return producer + 1 == producers_ ? n_ : first_of(producer + 1);
    }
    [[nodiscard]] std::size_t producer_of(Item item) const {
        return std::min(producers_ - 1, static_cast<std::size_t>(item) / std::max<std::size_t>(1, n_ / producers_));
    }

    template <class Kind>
    void produce(Kind& queue, std::size_t row, const BlockObserver& observer, Patience patience) {
        for (std::size_t at = first_of(row); at < end_of(row);) {
            const std::size_t end = std::min(at + block_length, end_of(row));
            observer.block([&] {
                for (; at < end; ++at) {
                    think(at);
                    while (!queue.push(at)) patience.wait();
                    patience.reset();
                    add(rows_[row].moved);
                }
            });
        }
    }

    template <class Kind>
    void consume(Kind& queue, std::size_t row, const Atomic<std::size_t>& at_work, const BlockObserver& observer,
                 Patience patience) {
        for (bool is_over = false; !is_over;) {
            observer.block([&] {
                for (std::size_t i = 0; i < block_length && !is_over; ++i) {
                    // Asked before the queue: what was pushed before is in it.
                    const bool nobody_pushes = at_work.load(acquire) == 0;  // pairs with the release in leave
                    if (const std::optional<Item> item = queue.pop()) {
                        take(row, *item, Kind::keeps_order, observer);
                        patience.reset();
                    } else if (nobody_pushes) {
                        is_over = true;
                    } else {
                        patience.wait();
                    }
                }
            });
        }
    }

    template <class Kind>
    void alternate(Kind& queue, const BlockObserver& observer) {
        for (std::size_t at = 0, taken = 0; taken < n_;) {
            observer.block([&] {
                for (std::size_t i = 0; i < block_length && at < n_; ++i) {
                    think(at);
                    if (!queue.push(at)) break;
                    ++at;
                    add(rows_[0].moved);
                }
                while (const std::optional<Item> item = queue.pop()) {
                    take(1, *item, Kind::keeps_order, observer);
                    ++taken;
                }
            });
        }
    }

    void take(std::size_t row, Item item, bool in_order, const BlockObserver& observer) {
        RowTally& tally = rows_[row];
        think(item);
        tally.sum += item;
        tally.mixed += mix(item);
        Item& last = tally.last[producer_of(item)];
        if (in_order && item < last) ++tally.out_of_order;
        last = item + 1;
        add(tally.moved);
        if (picture_) {
            picture_.publish(
                static_cast<std::size_t>(item), 1, [&] { return observer.owner(); }, [&] { return fill(); });
        }
    }

    static void add(Atomic<std::uint64_t>& moved) {
        moved.store(moved.load(relaxed) + 1, relaxed);  // only its row writes it; see RowTally
    }
    void think(Item item) const { need(mix_rounds(seed_ + item, rounds_)); }

    [[nodiscard]] trace::ChannelReading reading() const {
        trace::ChannelReading reading;
        // What came out first: it went in before.
        for (std::size_t row = producers_; row < rows_.size(); ++row)
            reading.received += rows_[row].moved.load(relaxed);
        for (std::size_t row = 0; row < producers_; ++row) reading.sent += rows_[row].moved.load(relaxed);
        reading.depth = reading.sent - std::min(reading.sent, reading.received);
        return reading;
    }
    [[nodiscard]] float fill() const {
        return std::min(1.0F, static_cast<float>(reading().depth) / static_cast<float>(capacity_));
    }

    static constexpr std::size_t block_length = 256;

    std::uint64_t seed_ = 1;
    std::size_t n_ = 0;
    std::string kind_;
    std::size_t capacity_ = 1;
    std::int64_t rounds_ = 0;
    double slow_ = 1;
    std::size_t producers_ = 1;
    std::vector<RowTally> rows_;                                         // the producers, then the consumers
    std::optional<std::pair<std::size_t, std::uint64_t>> mixed_of_all_;  // of that n
    RunPicture picture_;
};

std::vector<Choice> queue_choices() {
    std::vector<Choice> choices{{"array", "ArrayQueue (bounded, lock-free)"},
                                {"seg", "SegQueue (unbounded, lock-free)"},
                                {"mutex", "A deque behind a mutex"}};
#ifdef GRAINSCOPE_HAS_MOODYCAMEL
    choices.push_back({"moodycamel", "moodycamel::ConcurrentQueue"});
#endif
    return choices;
}

Description describe() {
    Description description{
        .name = "queue",
        .title = "Queue",
        .category = "Shared data",
        .summary = "Half of the threads push, the other half pop: lock-free queues beside a mutex",
        .parameters = {},
        .backends = {"grainscope", "openmp", "threads", "sequential"},
        .picture = {.remark = "each bar in the colour of the worker that took the item out",
                    .position = "item",
                    .value = "how full the queue was",
                    .extent = {}},
        .diagram = [](const Values& values, std::size_t threads) {
            const std::size_t producers = std::max<std::size_t>(1, threads / 2);
            const bool bounded = text_of(values, "queue") == "array" || text_of(values, "queue") == "mutex";
            return Diagram{
                .stages = {{.name = "push", .first_row = 0, .rows = producers},
                           {.name = "pop",
                            .first_row = threads == 1 ? 0 : producers,
                            .rows = threads == 1 ? 1 : threads - producers}},
                .channels = {{.name = "queue",
                              .from = 0,
                              .to = 1,
                              .capacity = bounded
                                              ? std::optional(static_cast<std::uint64_t>(whole_of(values, "capacity")))
                                              : std::nullopt}},
                .message = "item"};
        }};
    auto& list = description.parameters;
    list.push_back(count_parameter("How many items go through the queue", "items", 2'000'000, 1e12));
    list.push_back({.name = "queue",
                    .label = "Queue",
                    .help = "Which queue; the lock-free ones never wait for a thread that was put aside",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("array"),
                    .choices = queue_choices()});
    list.push_back({.name = "capacity",
                    .label = "Capacity",
                    .help = "How many items a bounded queue holds (array, mutex)",
                    .unit = "items",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{1024},
                    .minimum = 1,
                    .maximum = 1e8,
                    .logarithmic = true,
                    .tunable = true,
                    .choices = {}});
    list.push_back(rounds_parameter("work", "Work per item", "What is done with an item on either side", 0));
    list.push_back(slow_parameter());
    return description;
}

const Registration queue{describe(), [] { return std::make_unique<Queue>(); }};

}  // namespace

}  // namespace grainscope::workloads
