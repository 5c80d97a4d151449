// Cutting an indexed source into pieces: demand-driven splitting.
//
// Tzannes, Caragea, Vishkin, Barua: "Lazy Scheduling: A Runtime Adaptive Scheduler for Declarative Parallelism" (TOPLAS
// 2014): a worker keeps one half of what it has on offer, and splits again only when its deque is empty, which is the
// sign that somebody took it. Between two looks it runs a block of items; the block's length comes from a short probe
// of what items cost, so that a look costs next to nothing and nobody waits long for work or for a stop.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include <grainscope/iter/core/consumer.h>
#include <grainscope/iter/core/policy.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/platform/clock.h>
#include <grainscope/runtime/join.h>
#include <grainscope/runtime/registry.h>
#include <grainscope/runtime/worker.h>

namespace grainscope::detail {

/// How long a block of items should take: 6 to 12 microseconds, by the processor's clock.
inline constexpr platform::Ticks block_ticks = 24'000;

/// One run of an indexed source. Source: `auto open(Position first) const` gives a piece's reader, and
/// `static void feed(reader, first, last, folder)` hands its items on, in order.
template <class Source, class Consumer>
class Pieces {
  public:
    using Result = typename Consumer::Result;

    Pieces(const Source& source, const Consumer& consumer, const Policy& policy)
        : source_(source), consumer_(consumer), policy_(policy), block_(std::max<std::size_t>(1, policy.grain)) {
        policy_.min_length = std::max<std::size_t>(1, policy.min_length);
        policy_.max_length = std::max<std::size_t>(1, policy.max_length);
    }

    /// Requires a worker's thread.
    Result run(std::size_t first, std::size_t last) {
        const std::size_t workers = Worker::current()->registry().size();
        return piece(first, last, workers > 1 ? workers : 0);
    }

  private:
    /// `eager`: this many pieces are made without waiting for demand, so that as many items as there are workers may
    /// wait for one another.
    Result piece(std::size_t first, std::size_t last, std::size_t eager) {
        try {
            if (can_split(first, last) && (eager > 1 || last - first > policy_.max_length))
                return split(first, last, eager);
            auto folder = consumer_.folder(first);
            auto reader = source_.open(first);
            std::size_t block = block_.load(relaxed);  // a hint that stands for itself
            while (first < last && !policy_.control->should_stop() && !consumer_.is_full(first)) {
                if (can_split(first, last) && last - first > block && is_wanted()) {
                    Result done = std::move(folder).finish();
                    Result rest = split(first, last, 0);
                    return consumer_.combine(std::move(done), std::move(rest));
                }
                const std::size_t length = std::min(block, last - first);
                if (policy_.grain == 0 && length == block && !block_is_long_enough_.load(relaxed)) {
                    const platform::Ticks begin = platform::ticks();
                    source_.feed(reader, first, first + length, folder);
                    block = probe(block, platform::ticks() - begin);
                } else {
                    source_.feed(reader, first, first + length, folder);
                }
                if constexpr (decltype(folder)::may_stop) {
                    if (folder.is_full()) break;
                }
                first += length;
            }
            return std::move(folder).finish();
        } catch (...) {
            policy_.control->stop();
            throw;
        }
    }

    Result split(std::size_t first, std::size_t last, std::size_t eager) {
        const std::size_t middle = first + (last - first) / 2;
        auto halves = join_context(
            [=, this](FnContext) { return piece(first, middle, eager / 2); },
            [=, this](FnContext context) {
                // Who was free to take this half may have company.
                return piece(middle, last, context.migrated() ? Worker::current()->registry().size() : eager / 2);
            });
        return consumer_.combine(std::move(halves.first), std::move(halves.second));
    }

    [[nodiscard]] bool can_split(std::size_t first, std::size_t last) const {
        return last - first > 1 && (last - first) / 2 >= policy_.min_length;
    }

    /// Whether what this worker had on offer has been taken.
    [[nodiscard]] static bool is_wanted() {
        const Worker& worker = *Worker::current();
        return worker.registry().size() > 1 && !worker.has_local_jobs();
    }

    /// Doubles the block until it takes long enough. Returns the length of the next one.
    std::size_t probe(std::size_t block, platform::Ticks took) {
        if (took * 2 > block_ticks) {
            block_is_long_enough_.store(true, relaxed);  // a hint, like block_
        } else {
            block *= 2;
        }
        block_.store(block, relaxed);
        return block;
    }

    const Source& source_;
    const Consumer& consumer_;
    Policy policy_;
    Atomic<std::size_t> block_;
    Atomic<bool> block_is_long_enough_{false};
};

}  // namespace grainscope::detail
