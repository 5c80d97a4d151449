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

    Splitting(const Consumer& consumer, const Policy& policy) : consumer_(consumer), policy_(policy) {}

    /// Requires a worker's thread.
    Result run(Part part) {
        const std::size_t workers = Worker::current()->registry().size();
        return piece(std::move(part), 0, unknown_extent, workers > 1 ? workers : 0);
    }

  private:
    Result piece(Part part, Position first, Position extent, std::size_t eager) {
        if (eager > 1) {
            if (auto right = part.split()) return both(std::move(part), *std::move(right), first, extent, eager);
        }
        auto folder = consumer_.folder(first);
        try {
            std::size_t block = policy_.grain > 0 ? policy_.grain : 1;
            bool more = true;
            while (more && !policy_.control->should_stop() && !consumer_.is_full(first)) {
                if (is_wanted()) {
                    if (auto right = part.split()) {
                        Result done = std::move(folder).finish();
                        Result rest = both(std::move(part), *std::move(right), first, extent, 0);
                        return consumer_.combine(std::move(done), std::move(rest));
                    }
                }
                const platform::Ticks begin = platform::ticks();
                more = part.feed(folder, block);
                if (policy_.grain == 0 && (platform::ticks() - begin) * 2 < block_ticks) block *= 2;
                if constexpr (decltype(folder)::may_stop) {
                    if (folder.is_full()) break;
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
        auto halves =
            join_context([&, this](FnContext) { return piece(std::move(left), first, half, eager / 2); },
                         [&, this](FnContext context) {
                             return piece(std::move(right), first + half, extent - half,
                                          context.migrated() ? Worker::current()->registry().size() : eager / 2);
                         });
        return consumer_.combine(std::move(halves.first), std::move(halves.second));
    }

    [[nodiscard]] static bool is_wanted() {
        const Worker& worker = *Worker::current();
        return worker.registry().size() > 1 && !worker.has_local_jobs();
    }

    const Consumer& consumer_;
    Policy policy_;
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
