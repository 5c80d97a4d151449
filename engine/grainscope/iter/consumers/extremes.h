// min, max and their variants.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/referred.h>

namespace grainscope::detail {

/// `less(a, b)` on what `key` makes of items. `last`: of equals the last one stays, else the first.
template <class T, class Less, bool last>
class ExtremeConsumer {
  public:
    using Result = std::optional<T>;
    explicit ExtremeConsumer(const Less& less) : less_(less) {}
    struct Folder : FinalFolder<Result> {
        Result best;
        const ExtremeConsumer& consumer;
        template <class X>
        void feed(X&& item) {
            if (!best || consumer.replaces(item, *best)) best.emplace(std::forward<X>(item));
        }
        Result finish() && { return std::move(best); }
    };
    /// Integers by their own order: equals cannot be told apart, so that the loop may be vectorised.
    struct LaneFolder : FinalFolder<Result> {
        static constexpr int lanes = 128 / sizeof(T);
        std::array<T, lanes> best;
        bool is_empty = true;
        template <class X>
        void feed(X&& item) {
            feed_lane(0, item);
        }
        template <class X>
        void feed_lane(int lane, X&& item) {
            T& value = best[static_cast<std::size_t>(lane)];
            value = last ? std::max<T>(value, item) : std::min<T>(value, item);
            is_empty = false;
        }
        Result finish() && {
            if (is_empty) return std::nullopt;
            return last ? *std::max_element(best.begin(), best.end()) : *std::min_element(best.begin(), best.end());
        }
    };
    [[nodiscard]] auto folder(Position) const {
        if constexpr (std::is_integral_v<T> && std::is_same_v<Less, std::less<>>) {
            LaneFolder folder;
            folder.best.fill(last ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max());
            return folder;
        } else {
            return Folder{{}, std::nullopt, *this};
        }
    }
    Result combine(Result left, Result right) const {
        if (!left) return right;
        if (right && replaces(*right, *left)) return right;
        return left;
    }
    [[nodiscard]] bool is_full(Position) const { return false; }

  private:
    /// For min (last is false): the newcomer is less. For max: it is not less.
    template <class A, class B>
    [[nodiscard]] bool replaces(const A& newcomer, const B& best) const {
        if constexpr (!std::is_invocable_v<const Less&, const A&, const B&>)
            return replaces(B(newcomer), best);  // std::less and a pair of references
        else if constexpr (last)
            return !std::invoke(less_, newcomer, best);
        else
            return std::invoke(less_, newcomer, best);
    }

    const Less& less_;
};

/// An item with its key, so that the key is made once. `T` may be a reference, as long as the item is only passed on.
template <class K, class T>
struct Keyed {
    Keyed(K made, T passed) : key(std::move(made)), item(std::forward<T>(passed)) {}
    template <class U>
    Keyed(Keyed<K, U>&& other) : key(std::move(other.key)), item(std::forward<U>(other.item)) {}  // NOLINT: T keeps U

    K key;
    T item;
};

template <class D>
struct ExtremesStep {
    /// The least item, the first of equals; empty without items. Kept by value.
    [[nodiscard]] auto min() const { return extreme<false>(std::less<>()); }
    /// The greatest item, the last of equals; empty without items.
    [[nodiscard]] auto max() const { return extreme<true>(std::less<>()); }
    /// The same by a comparator, a strict weak order that returns bool.
    template <class Less>
    [[nodiscard]] auto min_by(Less less) const {
        return extreme<false>(less);
    }
    template <class Less>
    [[nodiscard]] auto max_by(Less less) const {
        return extreme<true>(less);
    }
    /// The same by what `key` makes of an item; it is called once for every item.
    template <class Key>
    [[nodiscard]] auto min_by_key(Key key) const {
        return extreme_by_key<false>(std::move(key));
    }
    template <class Key>
    [[nodiscard]] auto max_by_key(Key key) const {
        return extreme_by_key<true>(std::move(key));
    }

  private:
    template <bool last, class Less>
    [[nodiscard]] auto extreme(const Less& less) const {
        using T = Kept<typename D::Item>;
        static_assert(std::is_constructible_v<T, typename D::Item>,
                      "grainscope: min and max keep the item by value, and this one can be neither copied nor moved: "
                      "use position_first, position_last or position_any");
        return consume(static_cast<const D&>(*this), ExtremeConsumer<T, Less, last>(less));
    }
    template <bool last, class Key>
    [[nodiscard]] auto extreme_by_key(Key key) const {
        using T = Kept<typename D::Item>;
        using Item = typename D::Item;
        using K = std::decay_t<CallResult<Key, const std::remove_reference_t<Item>&>>;
        auto keyed = Referred<D>(static_cast<const D&>(*this)).map([key = std::move(key)](Item item) {
            K made = call_with_item(key, std::as_const(item));
            return Keyed<K, Item>(std::move(made), std::forward<Item>(item));
        });
        const auto less = [](const auto& a, const auto& b) { return a.key < b.key; };
        auto best = consume(keyed, ExtremeConsumer<Keyed<K, T>, decltype(less), last>(less));
        return best ? std::optional<T>(std::move(best->item)) : std::nullopt;
    }
};

}  // namespace grainscope::detail
