// any, all, find_*, find_map_*, position_*: consumers that stop when they know.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include <grainscope/iter/adaptors/filter.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/referred.h>
#include <grainscope/platform/atomic.h>

namespace grainscope::detail {

enum class Which { any, first, last };

/// Keeps one item: any, the first or the last. A piece stops when another has found what makes it useless.
template <class T, Which which>
class PickConsumer {
  public:
    using Result = std::optional<T>;
    static constexpr bool from_the_right = which == Which::last;

    struct Folder : FinalFolder<Result> {
        static constexpr bool may_stop = which != Which::last;
        Result found;
        Position first;
        const PickConsumer& consumer;
        template <class X>
        void feed(X&& item) {
            if (which != Which::last || !found) consumer.note(first);
            found.emplace(std::forward<X>(item));
        }
        [[nodiscard]] bool is_full() const {
            // A later one may follow, and adaptors that may stop ask whatever may_stop says here.
            if constexpr (which == Which::last) return false;
            // The neighbours are looked at between blocks (PickConsumer::is_full); any means any.
            return found.has_value() || (which == Which::any && consumer.is_full(first));
        }
        Result finish() && { return std::move(found); }
    };
    [[nodiscard]] Folder folder(Position first) const { return {{}, std::nullopt, first, *this}; }
    Result combine(Result left, Result right) const {
        if constexpr (which == Which::last)
            return right ? std::move(right) : std::move(left);
        else
            return left ? std::move(left) : std::move(right);
    }
    /// Whether a piece that begins at `first` can no longer matter. Relaxed: a late answer costs time, not truth.
    [[nodiscard]] bool is_full(Position first) const {
        const Position best = best_.load(relaxed);
        if constexpr (which == Which::any) return best != none;
        if constexpr (which == Which::first) return best < first;
        if constexpr (which == Which::last) return best != none && best > first;
    }

  private:
    static constexpr Position none = std::numeric_limits<Position>::max();

    /// Something was found in the piece that begins at `first`.
    void note(Position first) const {
        Position best = best_.load(relaxed);
        while ((best == none || (which == Which::last ? first > best : first < best)) &&
               !best_.compare_exchange_weak(best, first, relaxed)) {
        }
    }

    mutable Atomic<Position> best_{none};
};

/// Whether f is `wanted` for any item.
template <class F, bool wanted>
class AnyConsumer {
  public:
    using Result = bool;
    explicit AnyConsumer(const F& f) : f_(f) {}
    struct Folder : FinalFolder<bool> {
        static constexpr bool may_stop = true;
        bool found;
        const AnyConsumer& consumer;
        template <class X>
        void feed(X&& item) {
            if (static_cast<bool>(call_with_item(consumer.f_, std::forward<X>(item))) != wanted) return;
            found = true;
            consumer.found_.store(true, relaxed);  // a hint to stop; the joins order the results
        }
        [[nodiscard]] bool is_full() const { return found; }
        bool finish() && { return found; }
    };
    [[nodiscard]] Folder folder(Position) const { return {{}, false, *this}; }
    bool combine(bool left, bool right) const { return left || right; }
    [[nodiscard]] bool is_full(Position) const { return found_.load(relaxed); }

  private:
    const F& f_;
    mutable Atomic<bool> found_{false};
};

template <class D>
struct FindStep {
    /// Whether f is true for any item; false without items. All pieces stop soon after one is found.
    template <class F>
    [[nodiscard]] bool any(F f) const {
        return consume(self(), AnyConsumer<F, true>(f));
    }
    /// Whether f is true for all items; true without items.
    template <class F>
    [[nodiscard]] bool all(F f) const {
        return !consume(self(), AnyConsumer<F, false>(f));
    }
    /// Some item for which f is true, whichever is found first in time. Kept by value, as by all of these.
    template <class F>
    [[nodiscard]] auto find_any(F f) const {
        return pick<Which::any>(referred().filter(std::move(f)));
    }
    /// The first item for which f is true; pieces to its right stop soon.
    template <class F>
    [[nodiscard]] auto find_first(F f) const {
        return pick<Which::first>(referred().filter(std::move(f)));
    }
    /// The last item for which f is true. An indexed pipeline is searched from its end on; pieces to the left stop
    /// soon.
    template <class F>
    [[nodiscard]] auto find_last(F f) const {
        return pick<Which::last>(referred().filter(std::move(f)));
    }
    /// f gives a std::optional: some one that holds a value.
    template <class F>
    [[nodiscard]] auto find_map_any(F f) const {
        return pick<Which::any>(referred().filter_map(std::move(f)));
    }
    template <class F>
    [[nodiscard]] auto find_map_first(F f) const {
        return pick<Which::first>(referred().filter_map(std::move(f)));
    }
    template <class F>
    [[nodiscard]] auto find_map_last(F f) const {
        return pick<Which::last>(referred().filter_map(std::move(f)));
    }
    /// The index of some item for which f is true. Needs an indexed pipeline, as do the next two.
    template <class F>
    [[nodiscard]] std::optional<std::size_t> position_any(F f) const {
        return position<Which::any>(std::move(f));
    }
    template <class F>
    [[nodiscard]] std::optional<std::size_t> position_first(F f) const {
        return position<Which::first>(std::move(f));
    }
    template <class F>
    [[nodiscard]] std::optional<std::size_t> position_last(F f) const {
        return position<Which::last>(std::move(f));
    }

  private:
    [[nodiscard]] const D& self() const { return static_cast<const D&>(*this); }
    [[nodiscard]] Referred<D> referred() const { return Referred<D>(self()); }

    template <Which which, class P>
    static auto pick(const P& pipeline) {
        using T = Kept<typename P::Item>;
        static_assert(std::is_constructible_v<T, typename P::Item>,
                      "grainscope: find_* keep the item by value, and this one cannot be copied: use position_*");
        return consume(pipeline, PickConsumer<T, which>());
    }
    template <Which which, class F>
    [[nodiscard]] std::optional<std::size_t> position(F f) const {
        static_assert(D::is_indexed, "grainscope: position_* need an indexed pipeline");
        return pick<which>(referred().positions(std::move(f)));
    }
};

}  // namespace grainscope::detail
