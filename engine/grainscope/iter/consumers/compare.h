// cmp, partial_cmp, eq, ne, lt, le, gt, ge, is_sorted.
#pragma once

#include <compare>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <grainscope/iter/consumers/find.h>
#include <grainscope/iter/core/item.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/referred.h>
#include <grainscope/iter/sources/ranges.h>
#include <grainscope/platform/atomic.h>

namespace grainscope::detail {

/// An item while its neighbours are compared with it: a reference to what stands elsewhere, or the item itself.
template <class Item>
class Neighbour {
  public:
    template <class X>
    void set(X&& item) {
        if constexpr (std::is_lvalue_reference_v<Item>)
            kept_ = std::addressof(item);
        else
            kept_.emplace(std::forward<X>(item));
    }
    [[nodiscard]] bool has_value() const { return static_cast<bool>(kept_); }
    [[nodiscard]] const auto& operator*() const { return *kept_; }

  private:
    std::conditional_t<std::is_lvalue_reference_v<Item>, std::add_pointer_t<const std::remove_reference_t<Item>>,
                       std::optional<Kept<Item>>>
        kept_{};
};

/// Whether a piece is sorted, and its two ends, at which the next piece is compared.
template <class Item, class Less>
class SortedConsumer {
  public:
    struct Result {
        bool sorted = true;
        Neighbour<Item> first;
        Neighbour<Item> last;
    };
    explicit SortedConsumer(const Less& less) : less_(less) {}
    struct Folder : FinalFolder<Result> {
        static constexpr bool may_stop = true;
        Result piece;
        const SortedConsumer& consumer;
        template <class X>
        void feed(X&& item) {
            if (!piece.first.has_value()) {
                piece.first.set(std::forward<X>(item));
                return;
            }
            const Neighbour<Item>& before = piece.last.has_value() ? piece.last : piece.first;
            if (std::invoke(consumer.less_, std::as_const(item), *before)) consumer.mark_unsorted(piece);
            piece.last.set(std::forward<X>(item));
        }
        [[nodiscard]] bool is_full() const { return consumer.unsorted_.load(relaxed); }
        Result finish() && { return std::move(piece); }
    };
    [[nodiscard]] Folder folder(Position) const { return {{}, {}, *this}; }
    Result combine(Result left, Result right) const {
        if (!left.first.has_value() || !left.sorted) return left.sorted ? std::move(right) : std::move(left);
        if (!right.first.has_value() || !right.sorted) return right.sorted ? std::move(left) : std::move(right);
        const Neighbour<Item>& before = left.last.has_value() ? left.last : left.first;
        if (std::invoke(less_, *right.first, *before)) mark_unsorted(left);
        left.last = right.last.has_value() ? std::move(right.last) : std::move(right.first);
        return left;
    }
    [[nodiscard]] bool is_full(Position) const { return unsorted_.load(relaxed); }

  private:
    void mark_unsorted(Result& piece) const {
        piece.sorted = false;
        unsorted_.store(true, relaxed);  // a hint to stop; the joins order the results
    }

    const Less& less_;
    mutable Atomic<bool> unsorted_{false};
};

template <class D>
struct CompareStep {
    /// Lexicographic order against another indexed pipeline or range, as std::lexicographical_compare_three_way.
    template <class R>
    [[nodiscard]] auto cmp(R&& other) const {
        static_assert(D::is_indexed, "grainscope: cmp needs an indexed pipeline");
        return compared(other_side(std::forward<R>(other)));
    }
    /// The same as std::partial_ordering, whatever the items' own comparison gives.
    template <class R>
    [[nodiscard]] std::partial_ordering partial_cmp(R&& other) const {
        return cmp(std::forward<R>(other));
    }
    template <class R>
    [[nodiscard]] bool eq(R&& other) const {
        static_assert(D::is_indexed, "grainscope: eq needs an indexed pipeline");
        const auto& right = other_side(std::forward<R>(other));
        if (self().len() != right.len()) return false;
        return Referred<D>(self()).zip(Referred(right)).all([](const auto& a, const auto& b) { return a == b; });
    }
    template <class R>
    [[nodiscard]] bool ne(R&& other) const {
        return !eq(std::forward<R>(other));
    }
    template <class R>
    [[nodiscard]] bool lt(R&& other) const {
        return cmp(std::forward<R>(other)) < 0;
    }
    template <class R>
    [[nodiscard]] bool le(R&& other) const {
        return cmp(std::forward<R>(other)) <= 0;
    }
    template <class R>
    [[nodiscard]] bool gt(R&& other) const {
        return cmp(std::forward<R>(other)) > 0;
    }
    template <class R>
    [[nodiscard]] bool ge(R&& other) const {
        return cmp(std::forward<R>(other)) >= 0;
    }
    /// Whether no item is less than the one before it. Needs an indexed pipeline; every item is made at most once.
    [[nodiscard]] bool is_sorted() const { return is_sorted_by(std::less<>()); }
    template <class Less>
    [[nodiscard]] bool is_sorted_by(Less less) const {
        static_assert(D::is_indexed, "grainscope: is_sorted needs an indexed pipeline");
        return consume(self(), SortedConsumer<typename D::Item, Less>(less)).sorted;
    }
    template <class Key>
    [[nodiscard]] bool is_sorted_by_key(Key key) const {
        return is_sorted_by([key = std::move(key)](const auto& a, const auto& b) {
            return call_with_item(key, a) < call_with_item(key, b);
        });
    }

  private:
    [[nodiscard]] const D& self() const { return static_cast<const D&>(*this); }

    /// A pipeline as it stands, or one over a range.
    template <class R>
    static decltype(auto) other_side(R&& other) {
        if constexpr (ParallelPipeline<R>)
            return std::as_const(other);
        else
            return as_pipeline(std::forward<R>(other));
    }
    template <class Other>
    [[nodiscard]] auto compared(const Other& right) const {
        static_assert(Other::is_indexed, "grainscope: cmp needs an indexed pipeline");
        const auto three_way = [](const auto& a, const auto& b) {
            if constexpr (requires { a <=> b; })
                return a <=> b;
            else
                return a < b   ? std::weak_ordering::less
                       : b < a ? std::weak_ordering::greater
                               : std::weak_ordering::equivalent;
        };
        using Order =
            std::common_comparison_category_t<decltype(three_way(std::declval<const Kept<typename D::Item>&>(),
                                                                 std::declval<const Kept<typename Other::Item>&>())),
                                              std::strong_ordering>;
        const std::optional<Order> difference =
            Referred<D>(self())
                .zip(Referred<Other>(right))
                .find_map_first([&](const auto& a, const auto& b) -> std::optional<Order> {
                    const Order order = three_way(a, b);
                    if (order == 0) return std::nullopt;
                    return order;
                });
        if (difference) return *difference;
        return Order(self().len() <=> right.len());
    }
};

}  // namespace grainscope::detail
