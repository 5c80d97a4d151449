// How many items a worker runs between two looks at the world: as many as take a few microseconds.
//
// After the oracle-guided and lazy schemes that size a leaf by what its items cost (Acar, Charguéraud, Rainey:
// "Oracle-guided scheduling for controlling granularity", 2016; Tzannes et al.: "Lazy Scheduling", 2014): the cost is
// measured, block by block, and the block follows it up and down.
#pragma once

#include <algorithm>
#include <cstddef>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/clock.h>
#include <grainscope/runtime/registry.h>
#include <grainscope/runtime/worker.h>

namespace grainscope::detail {

/// How long a block of items should take: about 3 microseconds, by the processor's clock, where a look costs 20
/// nanoseconds. A block is the longest that anybody waits for work, or for a stop, longer than one item takes.
inline constexpr platform::Ticks block_ticks = 8'000;

/// Whether what this worker had on offer has been taken, in a pool where somebody else may take more.
[[nodiscard]] inline bool work_is_wanted() noexcept {
    const Worker& worker = *Worker::current();
    return worker.registry().size() > 1 && !worker.has_local_jobs();
}

/// The block's length, which all pieces of a run learn together. `given`: by with_grain; 0: by the clock. Each piece
/// goes by its own block, since costs differ from place to place, and begins with what another has found last.
class Pace {
  public:
    explicit Pace(std::size_t given) noexcept : given_(given > 0), block_(given > 0 ? given : 1) {}

    [[nodiscard]] bool is_given() const noexcept { return given_; }
    [[nodiscard]] std::size_t block() const noexcept { return block_.load(relaxed); }  // a hint, like all of these
    /// What an item costs, as last seen; 0 if it was never timed.
    [[nodiscard]] float item_ticks() const noexcept { return item_ticks_.load(relaxed); }
    /// The same in the block where items cost most.
    [[nodiscard]] float most_item_ticks() const noexcept { return most_item_ticks_.load(relaxed); }

    /// The next block, when `items` of one of `block` took so long. Writes to what is shared only when that changes.
    std::size_t next(std::size_t block, std::size_t items, platform::Ticks took) noexcept {
        std::size_t next = block;
        const float item_ticks = static_cast<float>(took) / static_cast<float>(items);
        if (item_ticks > most_item_ticks_.load(relaxed)) most_item_ticks_.store(item_ticks, relaxed);
        if (took * 2 <= block_ticks) {
            if (items == block) next = std::min(longest, block * (took * 16 <= block_ticks ? 8 : 2));
        } else if (took > 4 * block_ticks) {
            next = std::max<std::size_t>(1, items * block_ticks / took);
        }
        if (next != block) {
            block_.store(next, relaxed);
            item_ticks_.store(item_ticks, relaxed);
        }
        return next;
    }

  private:
    /// However cheap the items are, those to come may not be.
    static constexpr std::size_t longest = 32 * 1024;

    bool given_;
    Atomic<std::size_t> block_;
    Atomic<float> item_ticks_{0};
    Atomic<float> most_item_ticks_{0};
};

}  // namespace grainscope::detail
