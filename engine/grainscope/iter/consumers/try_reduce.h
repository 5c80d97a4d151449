// try_reduce, try_reduce_with: reducing results as long as they are successes.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include <grainscope/iter/core/item.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/tryable.h>

namespace grainscope::detail {

/// Reduces successes; the first failure in time is kept and stops all pieces. `Start` gives every piece a value to
/// begin with, or, as std::nullopt_t, none.
template <class Tried, class Start, class Op>
class TryReduceConsumer {
  public:
    using Value = std::remove_cvref_t<decltype(value_of(std::declval<Tried>()))>;
    using Result = std::optional<Value>;

    TryReduceConsumer(const Start& start, const Op& op, FirstFailure<Tried>& failure)
        : start_(start), op_(op), failure_(failure) {}
    struct Folder : FinalFolder<Result> {
        static constexpr bool may_stop = true;
        Result value;
        const TryReduceConsumer& consumer;
        template <class X>
        void feed(X&& item) {
            if (item)
                consumer.add(value, value_of(std::forward<X>(item)));
            else
                consumer.failure_.set(std::forward<X>(item));
        }
        [[nodiscard]] bool is_full() const { return consumer.failure_.is_set(); }
        Result finish() && { return std::move(value); }
    };
    [[nodiscard]] Folder folder(Position) const {
        if constexpr (std::is_same_v<Start, std::nullopt_t>)
            return {{}, std::nullopt, *this};
        else
            return {{}, Value(start_()), *this};
    }
    Result combine(Result left, Result right) const {
        if (right && !failure_.is_set()) add(left, *std::move(right));
        return left;
    }
    [[nodiscard]] bool is_full(Position) const { return failure_.is_set(); }

  private:
    template <class X>
    void add(Result& sum, X&& value) const {
        if (!sum) {
            sum.emplace(std::forward<X>(value));
            return;
        }
        Tried both = op_(*std::move(sum), Value(std::forward<X>(value)));
        if (both)
            sum.emplace(value_of(std::move(both)));
        else
            failure_.set(std::move(both));
    }

    const Start& start_;
    const Op& op_;
    FirstFailure<Tried>& failure_;
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
        FirstFailure<Tried> failure;
        auto value = consume(self(), TryReduceConsumer<Tried, Identity, Op>(identity, op, failure));
        return failure.is_set() ? std::move(failure.get()) : success_of<Tried>(*std::move(value));
    }
    /// The same without an identity: std::optional of such a result, empty without items.
    template <class Op>
    [[nodiscard]] auto try_reduce_with(Op op) const {
        using Tried = Kept<typename D::Item>;
        static_assert(Tryable<Tried>,
                      "grainscope: try_reduce_with needs items that are std::expected or std::optional");
        FirstFailure<Tried> failure;
        auto value = consume(self(), TryReduceConsumer<Tried, std::nullopt_t, Op>(std::nullopt, op, failure));
        if (failure.is_set()) return std::optional<Tried>(std::move(failure.get()));
        return value ? std::optional<Tried>(success_of<Tried>(*std::move(value))) : std::nullopt;
    }

  private:
    [[nodiscard]] const D& self() const { return static_cast<const D&>(*this); }
};

}  // namespace grainscope::detail
