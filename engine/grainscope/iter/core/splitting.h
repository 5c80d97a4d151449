// Running what can only be cut by itself: text at its line ends, trees at their branches, ranges too long to index.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <grainscope/iter/core/parallel_iterator.h>

namespace grainscope::detail {

/// One run of a source that splits itself, demand-driven as Pieces. Part: `std::optional<Part> split()` cuts off the
/// right half (none: it cannot be cut), and `bool feed(folder, n)` hands on up to n items and says whether any is left.
template <class Part, class Consumer>
class Splitting {
  public:
    using Result = typename Consumer::Result;

    Splitting(const Consumer& consumer, const Policy& policy)
        : consumer_(consumer), policy_(policy), pace_(policy.grain) {}

    /// Requires a worker's thread.
    Result run(Part part) {
        policy_.control->report().add_source_of_unknown_length();
        const std::size_t workers = Worker::current()->registry().size();
        Result result = piece(std::move(part), 0, unknown_extent, workers > 1 ? workers : 0);
        policy_.control->report().set_grain(pace_.block(), pace_.item_ticks());
        return result;
    }

  private:
    /// `extent`: this part's items stand at [first, first + extent).
    Result piece(Part part, Position first, Position extent, std::size_t eager) {
        try {
            if (eager > 1 && !is_over(first)) {
                if (auto right = part.split()) {
                    policy_.control->report().count_split_at_start();
                    return both(std::move(part), *std::move(right), first, extent, eager / 2);
                }
            }
            auto folder = consumer_.folder(first);
            std::size_t block = pace_.block();
            platform::Ticks begin = pace_.is_given() ? 0 : platform::ticks();
            bool has_begun = false;  // a part that can be cut for ever is not cut for ever
            for (bool more = true; more && !is_over(first); has_begun = true) {
                if (has_begun && work_is_wanted()) {
                    if (auto right = part.split()) {
                        policy_.control->report().count_split_on_demand();
                        Result done = std::move(folder).finish();
                        Result rest = both(std::move(part), *std::move(right), first, extent, 0);
                        return consumer_.combine(std::move(done), std::move(rest));
                    }
                }
                more = part.feed(folder, block);
                if constexpr (decltype(folder)::may_stop) {
                    if (folder.is_full()) break;
                }
                if (!pace_.is_given() && more) {
                    const platform::Ticks now = platform::ticks();
                    block = pace_.next(block, block, now - std::exchange(begin, now));
                }
            }
            return std::move(folder).finish();
        } catch (...) {
            policy_.control->stop();
            throw;
        }
    }

    Result both(Part left, Part right, Position first, Position extent, std::size_t eager) {
        const Position half = extent / 2;
        const auto go_left = [&, this](FnContext context) {
            return side(std::move(left), first, half, eager, context);
        };
        const auto go_right = [&, this](FnContext context) {
            return side(std::move(right), first + half, extent - half, eager, context);
        };
        if constexpr (searches_from_the_right<Consumer>) {
            auto halves = join_context(go_right, go_left);
            return consumer_.combine(std::move(halves.second), std::move(halves.first));
        } else {
            auto halves = join_context(go_left, go_right);
            return consumer_.combine(std::move(halves.first), std::move(halves.second));
        }
    }
    Result side(Part part, Position first, Position extent, std::size_t eager, FnContext context) {
        const InsidePipeline inside(Worker::current()->pipelines);
        if (context.migrated()) policy_.control->report().count_migrated();
        return piece(std::move(part), first, extent, eager);
    }

    [[nodiscard]] bool is_over(Position first) const {
        return policy_.control->should_stop() || consumer_.is_full(first);
    }

    const Consumer& consumer_;
    Policy policy_;
    Pace pace_;
};

/// Base of sources that split themselves: D has `auto part() const`.
template <class D>
class SplittingSource : public ParallelIterator<D> {
  public:
    static constexpr bool is_indexed = false;

    [[nodiscard]] Policy policy() const { return {}; }
    [[nodiscard]] bool is_cancelled() const { return false; }
    [[nodiscard]] Position extent() const { return unknown_extent; }
    void prepare() const {}
    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        auto part = static_cast<const D&>(*this).part();
        return Splitting<decltype(part), C>(consumer, policy).run(std::move(part));
    }
};

/// Feeds one item; false if the folder wants no more.
template <class Folder, class Item>
bool feed_one(Folder& folder, Item&& item) {
    if constexpr (Folder::may_stop) {
        if (folder.is_full()) return false;
    }
    folder.feed(std::forward<Item>(item));
    return true;
}

}  // namespace grainscope::detail
