// try_reduce, try_reduce_with: reducing results as long as they are successes.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include <grainscope/iter/core/item.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/tryable.h>
#include <grainscope/platform/atomic.h>

namespace grainscope::detail {

/// Reduces successes; the first failure in time stops all pieces. Which of several failures comes out is not fixed.
/// `Start` gives every piece a value to begin with, or, as std::nullopt_t, none.
template <class Tried, class Start, class Op>
class TryReduceConsumer {
  public:
    using Value = typename std::remove_cvref_t<decltype(value_of(std::declval<Tried>()))>;
    /// A failure, or the value of all successes so far, if there were any.
    struct Result {
        std::optional<Value> value;
        std::optional<Tried> failure;
    };

    TryReduceConsumer(const Start& start, const Op& op) : start_(start), op_(op) {}
    struct Folder : FinalFolder<Result> {
        static constexpr bool may_stop = true;
        Result result;
        const TryReduceConsumer& consumer;
        template <class X>
        void feed(X&& item) {
            if (item)
                consumer.add(result, value_of(std::forward<X>(item)));
            else
                consumer.fail(result, std::forward<X>(item));
        }
        [[nodiscard]] bool is_full() const { return consumer.failed_.load(relaxed); }
        Result finish() && { return std::move(result); }
    };
    [[nodiscard]] Folder folder(Position) const {
        if constexpr (std::is_same_v<Start, std::nullopt_t>)
            return {{}, {}, *this};
        else
            return {{}, {Value(start_()), std::nullopt}, *this};
    }
    Result combine(Result left, Result right) const {
        if (left.failure) return left;
        if (right.failure) return right;
        if (right.value) add(left, *std::move(right.value));
        return left;
    }
    [[nodiscard]] bool is_full(Position) const { return failed_.load(relaxed); }

  private:
    template <class X>
    void add(Result& result, X&& value) const {
        if (!result.value) {
            result.value.emplace(std::forward<X>(value));
            return;
        }
        Tried both = op_(*std::move(result.value), Value(std::forward<X>(value)));
        if (both)
            result.value.emplace(value_of(std::move(both)));
        else
            fail(result, std::move(both));
    }
    template <class X>
    void fail(Result& result, X&& failure) const {
        failed_.store(true, relaxed);  // a hint to stop; the joins order the results
        if (!result.failure) result.failure.emplace(std::forward<X>(failure));
    }

    const Start& start_;
    const Op& op_;
    mutable Atomic<bool> failed_{false};
};

template <class D>
struct TryReduceStep {
    /// Items are std::expected or std::optional; op takes two values and returns such a result, each piece from
    /// identity(). The first failure in time stops all pieces soon; one of the failures comes out.
    ///
    ///     const std::vector<std::optional<int>> numbers{1, 2, 3};
    ///     const auto add = [](int a, int b) { return std::optional(a + b); };
    ///     const std::optional<int> sum = grainscope::par_iter(numbers).try_reduce([] { return 0; }, add);
    template <class Identity, class Op>
    [[nodiscard]] auto try_reduce(Identity identity, Op op) const {
        using Tried = Kept<typename D::Item>;
        static_assert(Tryable<Tried>, "grainscope: try_reduce needs items that are std::expected or std::optional");
        auto result = consume(self(), TryReduceConsumer<Tried, Identity, Op>(identity, op));
        return result.failure ? *std::move(result.failure) : success_of<Tried>(*std::move(result.value));
    }
    /// The same without an identity: std::optional of such a result, empty without items.
    template <class Op>
    [[nodiscard]] auto try_reduce_with(Op op) const {
        using Tried = Kept<typename D::Item>;
        static_assert(Tryable<Tried>,
                      "grainscope: try_reduce_with needs items that are std::expected or std::optional");
        auto result = consume(self(), TryReduceConsumer<Tried, std::nullopt_t, Op>(std::nullopt, op));
        if (result.failure) return result.failure;
        return result.value ? std::optional<Tried>(success_of<Tried>(*std::move(result.value))) : std::nullopt;
    }

  private:
    [[nodiscard]] const D& self() const { return static_cast<const D&>(*this); }
};

}  // namespace grainscope::detail
