// reduce, reduce_with, sum, product, count: many items become one value.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include <grainscope/iter/core/item.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/tryable.h>

namespace grainscope::detail {

template <class T, class Identity, class Op>
class ReduceConsumer {
  public:
    using Result = T;
    ReduceConsumer(const Identity& identity, const Op& op) : identity_(identity), op_(op) {}
    struct Folder : FinalFolder<T> {
        T value;
        const Op& op;
        template <class X>
        void feed(X&& item) {
            put_together(op, value, std::forward<X>(item));
        }
        T finish() && { return std::move(value); }
    };
    [[nodiscard]] Folder folder(Position) const { return {{}, T(std::invoke(identity_)), op_}; }
    T combine(T left, T right) const {
        put_together(op_, left, std::move(right));
        return left;
    }
    [[nodiscard]] bool is_full(Position) const { return false; }

  private:
    template <class X>
    static void put_together(const Op& op, T& left, X&& right) {
        if constexpr (std::is_invocable_r_v<T, const Op&, T, X>) {
            left = std::invoke(op, std::move(left), std::forward<X>(right));
        } else {
            static_assert(
                std::is_invocable_v<const Op&, T&, X>,
                "grainscope: the operation of reduce takes two values and returns one, or takes T& and an item "
                "and returns nothing; it is called from several threads at once, so it must be callable as "
                "const");
            static_assert(
                std::is_void_v<std::invoke_result_t<const Op&, T&, X>>,
                "grainscope: an operation that takes its left side as a reference changes it there and returns "
                "nothing");
            std::invoke(op, left, std::forward<X>(right));
        }
    }

    const Identity& identity_;
    const Op& op_;
};

template <class T, class Op>
class ReduceWithConsumer {
  public:
    using Result = std::optional<T>;
    explicit ReduceWithConsumer(const Op& op) : op_(op) {}
    struct Folder : FinalFolder<Result> {
        std::optional<T> value;
        const Op& op;
        template <class X>
        void feed(X&& item) {
            if (value)
                *value = std::invoke(op, *std::move(value), as_kept<T>(std::forward<X>(item)));
            else
                value.emplace(std::forward<X>(item));
        }
        Result finish() && { return std::move(value); }
    };
    [[nodiscard]] Folder folder(Position) const { return {{}, std::nullopt, op_}; }
    Result combine(Result left, Result right) const {
        if (!left) return right;
        if (right) *left = std::invoke(op_, *std::move(left), *std::move(right));
        return left;
    }
    [[nodiscard]] bool is_full(Position) const { return false; }

  private:
    const Op& op_;
};

/// Adds (or multiplies) into several accumulators at once where that lets the loop be vectorised: for floating point
/// the order of the additions is free, as it is among the pieces anyway.
template <class T, class Op>
class AccumulateConsumer {
  public:
    using Result = T;
    explicit AccumulateConsumer(T identity) : identity_(std::move(identity)) {}

    struct PlainFolder : FinalFolder<T> {
        T value;
        template <class X>
        void feed(X&& item) {
            value = put_together(std::move(value), static_cast<T>(std::forward<X>(item)));
        }
        T finish() && { return std::move(value); }
    };
    struct LaneFolder : FinalFolder<T> {
        static constexpr int lanes = 128 / sizeof(T);
        std::array<T, lanes> values;
        T rest;
        template <class X>
        void feed(X&& item) {
            rest = Op{}(rest, static_cast<T>(item));
        }
        template <class X>
        void feed_lane(int lane, X&& item) {
            T& value = values[static_cast<std::size_t>(lane)];
            value = Op{}(value, static_cast<T>(item));
        }
        T finish() && {
            for (T value : values) rest = Op{}(rest, value);
            return rest;
        }
    };
    [[nodiscard]] auto folder(Position) const {
        if constexpr (std::is_floating_point_v<T> && sizeof(T) <= 8) {
            LaneFolder folder;
            folder.values.fill(identity_);
            folder.rest = identity_;
            return folder;
        } else {
            return PlainFolder{{}, identity_};
        }
    }
    T combine(T left, T right) const { return put_together(std::move(left), std::move(right)); }
    [[nodiscard]] bool is_full(Position) const { return false; }

  private:
    static T put_together(T left, T right) {
        // Short unsigned numbers wrap as others do: the int that they would be promoted to must not overflow.
        if constexpr (std::unsigned_integral<T> && sizeof(T) < sizeof(int))
            return static_cast<T>(Op{}(static_cast<unsigned>(left), static_cast<unsigned>(right)));
        else
            return static_cast<T>(Op{}(std::move(left), std::move(right)));
    }

    T identity_;
};

class CountConsumer {
  public:
    using Result = std::size_t;
    struct Folder : FinalFolder<Result> {
        std::size_t value = 0;
        template <class X>
        void feed(X&&) {
            ++value;
        }
        Result finish() && { return value; }
    };
    [[nodiscard]] Folder folder(Position) const { return {}; }
    Result combine(Result left, Result right) const { return left + right; }
    [[nodiscard]] bool is_full(Position) const { return false; }
};

template <class D>
struct ReduceStep {
    /// op over all items, in their order but with any bracketing, each piece from identity(): op must be associative,
    /// and identity() its neutral element. Without items: identity(). op returns the result, or takes its left side as
    /// a reference, changes it in place and returns nothing.
    ///
    ///     const std::vector<int> numbers{3, 1, 2};
    ///     const auto greater = [](int a, int b) { return a > b ? a : b; };
    ///     const int most = grainscope::par_iter(numbers).reduce([] { return 0; }, greater);
    template <class Identity, class Op>
    [[nodiscard]] auto reduce(Identity identity, Op op) const {
        using T = std::decay_t<std::invoke_result_t<const Identity&>>;
        return consume(self(), ReduceConsumer<T, Identity, Op>(identity, op));
    }
    /// The same without an identity: empty without items.
    template <class Op>
    [[nodiscard]] auto reduce_with(Op op) const {
        return consume(self(), ReduceWithConsumer<Kept<typename D::Item>, Op>(op));
    }
    /// The sum of all items, as T: by default the items' own type; a wider one avoids overflow. Floating-point sums
    /// differ in their last digits from run to run; reproducible_sum does not. The sum of results (std::expected,
    /// std::optional) is a result: the sum of their values, or one of the failures.
    template <class T = void, class Self = D>
    [[nodiscard]] auto sum() const {
        return accumulated<T, typename Self::Item, std::plus<>>([]<class V>(std::type_identity<V>) { return V(); });
    }
    /// The product of all items, as T. Otherwise as sum.
    template <class T = void, class Self = D>
    [[nodiscard]] auto product() const {
        return accumulated<T, typename Self::Item, std::multiplies<>>(
            []<class V>(std::type_identity<V>) { return V(1); });
    }
    /// How many items there are. Every item is made.
    [[nodiscard]] std::size_t count() const { return consume(self(), CountConsumer()); }

    /// How many items there are, if the pipeline knows it without running: if it is indexed.
    [[nodiscard]] std::optional<std::size_t> opt_len() const {
        if constexpr (D::is_indexed)
            return self().len();
        else
            return std::nullopt;
    }

  private:
    [[nodiscard]] const D& self() const { return static_cast<const D&>(*this); }

    /// `neutral` makes Op's neutral element of a type.
    template <class T, class Item, class Op, class Neutral>
    [[nodiscard]] auto accumulated(Neutral neutral) const {
        using Value = OrKept<T, Item>;
        if constexpr (Tryable<Value>) {
            using Inner = typename Value::value_type;
            return self().try_reduce([neutral] { return neutral(std::type_identity<Inner>()); },
                                     [](Inner a, Inner b) { return Value(Op{}(std::move(a), std::move(b))); });
        } else {
            return consume(self(), AccumulateConsumer<Value, Op>(neutral(std::type_identity<Value>())));
        }
    }
};

}  // namespace grainscope::detail
