// Running an indexed source: pieces that are cut when somebody waits for work.
//
// Lazy, demand-driven splitting (Tzannes et al.: "Lazy Scheduling: A Runtime Adaptive Scheduler for Declarative
// Parallelism", 2014): a worker runs its piece block by block; between two blocks it looks whether its deque is empty,
// and if so gives away the farther half of what is left. So there are as many pieces as are wanted, and one more.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <grainscope/iter/core/consumer.h>
#include <grainscope/iter/core/pace.h>
#include <grainscope/iter/core/policy.h>
#include <grainscope/iter/core/run.h>
#include <grainscope/runtime/join.h>

namespace grainscope::detail {

/// One run of an indexed source. Source: `auto open(Position first) const` gives a piece's reader, and
/// `static void feed(reader, first, last, folder)` hands its items on, in order.
template <class Source, class Consumer>
class Pieces {
  public:
    using Result = typename Consumer::Result;

    Pieces(const Source& source, const Consumer& consumer, const Policy& policy)
        : source_(source), consumer_(consumer), policy_(policy), pace_(policy.grain) {
        policy_.min_length = std::max<std::size_t>(1, policy.min_length);
        policy_.max_length = std::max<std::size_t>(1, policy.max_length);
    }

    /// Requires a worker's thread.
    Result run(std::size_t first, std::size_t last) {
        RunReport& report = policy_.control->report();
        report.add_source(last - first);
        const std::size_t workers = Worker::current()->registry().size();
        if (looks_short(last - first)) return run_short(first, last, workers);
        Result result = piece(first, last, workers > 1 ? workers : 0);
        remember_cost(pace_.most_item_ticks());
        report.set_grain(pace_.block(), pace_.item_ticks());
        return result;
    }

  private:
    static constexpr bool from_the_right = searches_from_the_right<Consumer>;

    // -- short runs ---------------------------------------------------------------------------------------------------

    /// What takes less than this is not worth another worker's waking up: about 4 microseconds.
    static constexpr platform::Ticks short_ticks = 10'000;

    /// An item that takes less than this cannot have waited for another one on another core, and may be run without
    /// that other one being on offer: 40 nanoseconds, the time that one cache line takes there and back.
    static constexpr float cheap_ticks = 100;

    /// What the dearest item cost when this kind of pipeline ran last (each closure makes a kind of its own); 0: not
    /// known.
    static inline Atomic<float> known_item_ticks{0};  // relaxed: a hint that stands for itself

    static void remember_cost(float item_ticks) noexcept {
        const float known = known_item_ticks.load(relaxed);
        if (item_ticks > known || 2 * item_ticks < known) known_item_ticks.store(item_ticks, relaxed);
    }
    [[nodiscard]] bool looks_short(std::size_t length) const noexcept {
        if (length < 2) return true;
        if (from_the_right || pace_.is_given() || length > policy_.max_length) return false;
        const float known = known_item_ticks.load(relaxed);
        return known > 0 && known < cheap_ticks && known * static_cast<float>(length) < static_cast<float>(short_ticks);
    }
    /// Runs without an offer to anybody, as long as it takes as little as it should.
    Result run_short(std::size_t first, std::size_t last, std::size_t workers) {
        try {
            auto folder = consumer_.folder(first);
            auto reader = source_.open(first);
            const platform::Ticks begin = last - first > 1 ? platform::ticks() : 0;
            for (std::size_t block = 1; first < last && !is_over(first); block *= 16) {
                const std::size_t length = std::min(block, last - first);
                source_.feed(reader, first, first + length, folder);
                first += length;
                if constexpr (decltype(folder)::may_stop) {
                    if (folder.is_full()) break;
                }
                if (first < last && platform::ticks() - begin > short_ticks) {
                    known_item_ticks.store(0, relaxed);
                    Result done = std::move(folder).finish();
                    return consumer_.combine(std::move(done), piece(first, last, workers > 1 ? workers : 0));
                }
            }
            return std::move(folder).finish();
        } catch (...) {
            policy_.control->stop();
            throw;
        }
    }

    // -- pieces -------------------------------------------------------------------------------------------------------

    /// `eager`: this many pieces are made without waiting for demand, so that as many items as there are workers may
    /// wait for one another.
    Result piece(std::size_t first, std::size_t last, std::size_t eager) {
        try {
            if (can_split(first, last) && !is_over(first)) {
                if (eager > 1) {
                    policy_.control->report().count_split_at_start();
                    return split(first, last, eager / 2);
                }
                if (last - first > policy_.max_length) {
                    policy_.control->report().count_split_by_max_len();
                    return split(first, last, 0);
                }
            }
            if constexpr (from_the_right)
                return run_leftwards(first, last);
            else
                return run_rightwards(first, last);
        } catch (...) {
            policy_.control->stop();
            throw;
        }
    }

    Result run_rightwards(std::size_t first, std::size_t last) {
        auto folder = consumer_.folder(first);
        auto reader = source_.open(first);
        std::size_t block = pace_.block();
        platform::Ticks begin = pace_.is_given() ? 0 : platform::ticks();
        while (first < last && !is_over(first)) {
            if (should_share(first, last, block)) {
                Result done = std::move(folder).finish();
                return consumer_.combine(std::move(done), share(first, last));
            }
            const std::size_t length = std::min(block, last - first);
            source_.feed(reader, first, first + length, folder);
            if constexpr (decltype(folder)::may_stop) {
                if (folder.is_full()) break;
            }
            first += length;
            if (!pace_.is_given()) block = pace_.next(block, length, lap(begin));
        }
        return std::move(folder).finish();
    }

    /// The last block first, each with a folder of its own: for consumers that look for the last item.
    Result run_leftwards(std::size_t first, std::size_t last) {
        auto reader = source_.open(first);
        std::optional<Result> done;
        const auto with_done = [&](Result left) {
            return done ? consumer_.combine(std::move(left), *std::move(done)) : std::move(left);
        };
        std::size_t block = pace_.block();
        platform::Ticks begin = pace_.is_given() ? 0 : platform::ticks();
        while (first < last && !is_over(first)) {
            if (should_share(first, last, block)) return with_done(share(first, last));
            const std::size_t length = std::min(block, last - first);
            last -= length;
            auto folder = consumer_.folder(last);
            source_.feed(reader, last, last + length, folder);
            done.emplace(with_done(std::move(folder).finish()));
            if (!pace_.is_given()) block = pace_.next(block, length, lap(begin));
        }
        return done ? *std::move(done) : consumer_.folder(first).finish();
    }

    [[nodiscard]] bool should_share(std::size_t first, std::size_t last, std::size_t block) const noexcept {
        return last - first > block && can_split(first, last) && work_is_wanted();
    }
    Result share(std::size_t first, std::size_t last) {
        policy_.control->report().count_split_on_demand();
        return split(first, last, 0);
    }

    /// The half that is nearer goes on here, the other is on offer.
    Result split(std::size_t first, std::size_t last, std::size_t eager) {
        const std::size_t middle = first + (last - first) / 2;
        const auto left = [=, this](FnContext context) { return half(first, middle, eager, context); };
        const auto right = [=, this](FnContext context) { return half(middle, last, eager, context); };
        if constexpr (from_the_right) {
            auto halves = join_context(right, left);
            return consumer_.combine(std::move(halves.second), std::move(halves.first));
        } else {
            auto halves = join_context(left, right);
            return consumer_.combine(std::move(halves.first), std::move(halves.second));
        }
    }
    Result half(std::size_t first, std::size_t last, std::size_t eager, FnContext context) {
        const InsidePipeline inside(Worker::current()->pipelines);
        if (context.migrated()) policy_.control->report().count_migrated();
        return piece(first, last, eager);
    }

    [[nodiscard]] bool can_split(std::size_t first, std::size_t last) const noexcept {
        return last - first > 1 && (last - first) / 2 >= policy_.min_length;
    }
    /// Whether nobody wants what comes from `first` on (or, for those who search from the right, up to there).
    [[nodiscard]] bool is_over(std::size_t first) const {
        return policy_.control->should_stop() || consumer_.is_full(first);
    }
    /// The ticks since `begin`, which begins anew.
    [[nodiscard]] static platform::Ticks lap(platform::Ticks& begin) noexcept {
        const platform::Ticks now = platform::ticks();
        return now - std::exchange(begin, now);
    }

    const Source& source_;
    const Consumer& consumer_;
    Policy policy_;
    Pace pace_;
};

}  // namespace grainscope::detail
