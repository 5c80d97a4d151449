// reduce, reduce_with, try_reduce, sum, product, count: many items become one value.
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
#include <grainscope/platform/atomic.h>

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
            value = static_cast<T>(Op{}(std::move(value), static_cast<T>(std::forward<X>(item))));
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
    T combine(T left, T right) const { return static_cast<T>(Op{}(std::move(left), std::move(right))); }
    [[nodiscard]] bool is_full(Position) const { return false; }

  private:
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

/// Reduces successes; the first failure in time stops all pieces. Which of several failures comes out is not fixed.
template <class Tried, class Start, class Op>
class TryReduceConsumer {
  public:
    using Result = Tried;
    TryReduceConsumer(const Start& start, const Op& op) : start_(start), op_(op) {}
    struct Folder : FinalFolder<Result> {
        static constexpr bool may_stop = true;
        Tried value;
        const TryReduceConsumer& consumer;
        template <class X>
        void feed(X&& item) {
            value = consumer.merged(std::move(value), Tried(std::forward<X>(item)));
        }
        [[nodiscard]] bool is_full() const { return consumer.failed_.load(relaxed); }
        Result finish() && { return std::move(value); }
    };
    [[nodiscard]] Folder folder(Position) const { return {{}, Tried(start_()), *this}; }
    Result combine(Result left, Result right) const { return merged(std::move(left), std::move(right)); }
    [[nodiscard]] bool is_full(Position) const { return failed_.load(relaxed); }

  private:
    [[nodiscard]] Tried merged(Tried left, Tried right) const {
        if (left && right) {
            Tried result = op_(*std::move(left), *std::move(right));
            if (!result) failed_.store(true, relaxed);  // relaxed: a hint to stop, the joins order the results
            return result;
        }
        failed_.store(true, relaxed);
        if (left) return right;
        return left;
    }

    const Start& start_;
    const Op& op_;
    mutable Atomic<bool> failed_{false};
};

template <class D>
struct ReduceStep {
    /// op over all items, in their order but with any bracketing, each piece from identity(): op must be associative,
    /// and identity() its neutral element. Without items: identity(). op returns the result, or takes its left side as
    /// a reference, changes it in place and returns nothing.
    ///
    ///     const std::vector<int> numbers{3, 1, 2};
    ///     const int most = grainscope::par_iter(numbers).reduce([] { return 0; }, [](int a, int b) { return a > b ? a
    ///     : b; });
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
    /// Items are std::expected or std::optional; op takes two values and returns such a result. The first failure in
    /// time stops all pieces soon; one of the failures comes out.
    template <class Identity, class Op>
    [[nodiscard]] auto try_reduce(Identity identity, Op op) const {
        using Tried = Kept<typename D::Item>;
        static_assert(Tryable<Tried>, "grainscope: try_reduce needs items that are std::expected or std::optional");
        return consume(self(), TryReduceConsumer<Tried, Identity, Op>(identity, op));
    }
    /// The sum of all items, as T: by default the items' own type; a wider one avoids overflow. Floating-point sums
    /// differ in their last digits from run to run; reproducible_sum does not.
    template <class T = void, class Self = D>
    [[nodiscard]] auto sum() const {
        using Sum = OrKept<T, typename Self::Item>;
        return consume(self(), AccumulateConsumer<Sum, std::plus<>>(Sum()));
    }
    /// The product of all items, as T.
    template <class T = void, class Self = D>
    [[nodiscard]] auto product() const {
        using Product = OrKept<T, typename Self::Item>;
        return consume(self(), AccumulateConsumer<Product, std::multiplies<>>(Product(1)));
    }
    /// How many items there are. Every item is made.
    [[nodiscard]] std::size_t count() const { return consume(self(), CountConsumer()); }

  private:
    [[nodiscard]] const D& self() const { return static_cast<const D&>(*this); }
};

}  // namespace grainscope::detail
