// cmp, eq, ne, lt, le, gt, ge, is_sorted.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <utility>

#include <grainscope/iter/consumers/find.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/sources/ranges.h>

namespace grainscope::detail {

template <class D>
struct CompareStep {
    /// Lexicographic order against another indexed pipeline or range, as std::lexicographical_compare_three_way.
    template <class R>
    [[nodiscard]] auto cmp(R&& other) const {
        static_assert(D::is_indexed, "grainscope: cmp needs an indexed pipeline");
        return compared(as_pipeline(std::forward<R>(other)));
    }
    template <class R>
    [[nodiscard]] bool eq(R&& other) const {
        static_assert(D::is_indexed, "grainscope: eq needs an indexed pipeline");
        const auto right = as_pipeline(std::forward<R>(other));
        if (self().len() != right.len()) return false;
        return D(self()).zip(right).all([](const auto& a, const auto& b) { return a == b; });
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
    /// Whether no item is less than the one before it. Needs an indexed pipeline; every item is made up to twice.
    [[nodiscard]] bool is_sorted() const { return is_sorted_by(std::less<>()); }
    template <class Less>
    [[nodiscard]] bool is_sorted_by(Less less) const {
        static_assert(D::is_indexed, "grainscope: is_sorted needs an indexed pipeline");
        const std::size_t length = self().len();
        if (length < 2) return true;
        return D(self()).skip(1).zip(D(self())).all([less = std::move(less)](const auto& after, const auto& before) {
            return !std::invoke(less, after, before);
        });
    }
    template <class Key>
    [[nodiscard]] bool is_sorted_by_key(Key key) const {
        return is_sorted_by([key = std::move(key)](const auto& a, const auto& b) {
            return call_with_item(key, a) < call_with_item(key, b);
        });
    }

  private:
    [[nodiscard]] const D& self() const { return static_cast<const D&>(*this); }

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
            D(self()).zip(right).find_map_first([&](const auto& a, const auto& b) -> std::optional<Order> {
                const Order order = three_way(a, b);
                if (order == 0) return std::nullopt;
                return order;
            });
        if (difference) return *difference;
        return Order(self().len() <=> right.len());
    }
};

}  // namespace grainscope::detail
