// for_each, try_for_each and their _with and _init: for what the closures do.
#pragma once

#include <functional>
#include <utility>
#include <variant>

#include <grainscope/iter/adaptors/map.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/referred.h>
#include <grainscope/iter/core/tryable.h>

namespace grainscope::detail {

template <class F>
class ForEachConsumer {
  public:
    using Result = std::monostate;
    explicit ForEachConsumer(const F& f) : f_(f) {}
    struct Folder : FinalFolder<Result> {
        const F& f;
        template <class X>
        void feed(X&& item) {
            call_with_item(f, std::forward<X>(item));
        }
        Result finish() && { return {}; }
    };
    [[nodiscard]] Folder folder(Position) const { return {{}, f_}; }
    Result combine(Result, Result) const { return {}; }
    [[nodiscard]] bool is_full(Position) const { return false; }

  private:
    const F& f_;
};

/// Keeps the first failure in time; what the successes hold is not asked for.
template <class Tried, class F>
class TryForEachConsumer {
  public:
    using Result = std::monostate;
    TryForEachConsumer(const F& f, FirstFailure<Tried>& failure) : f_(f), failure_(failure) {}
    struct Folder : FinalFolder<Result> {
        static constexpr bool may_stop = true;
        const TryForEachConsumer& consumer;
        template <class X>
        void feed(X&& item) {
            if (Tried tried = call_with_item(consumer.f_, std::forward<X>(item)); !tried)
                consumer.failure_.set(std::move(tried));
        }
        [[nodiscard]] bool is_full() const { return consumer.failure_.is_set(); }
        Result finish() && { return {}; }
    };
    [[nodiscard]] Folder folder(Position) const { return {{}, *this}; }
    Result combine(Result, Result) const { return {}; }
    [[nodiscard]] bool is_full(Position) const { return failure_.is_set(); }

  private:
    const F& f_;
    FirstFailure<Tried>& failure_;
};

template <class D>
struct ForEachStep {
    /// Calls f for every item. What f throws stops the other pieces soon and comes out here.
    ///
    ///     std::vector<int> numbers(1000, 1);
    ///     grainscope::par_iter_mut(numbers).for_each([](int& number) { number += 1; });
    template <class F>
    void for_each(F f) const {
        consume(self(), ForEachConsumer<F>(f));
    }
    /// f(state, item), with what init() makes for every piece.
    template <class Init, class F>
    void for_each_init(Init init, F f) const {
        Referred<D>(self()).map_init(std::move(init), std::move(f)).for_each([](const auto&) {});
    }
    /// The same with a copy of `state`.
    template <class T, class F>
    void for_each_with(T state, F f) const {
        for_each_init(CopyOf<T>{std::move(state)}, std::move(f));
    }
    /// f returns a std::expected<void, E> or a std::optional: one of the failures is returned, and all pieces stop soon
    /// after the first of them in time; a success otherwise.
    template <class F>
    [[nodiscard]] auto try_for_each(F f) const {
        using Tried = std::decay_t<CallResult<F, typename D::Item>>;
        static_assert(Tryable<Tried>,
                      "grainscope: the closure of try_for_each must return a std::expected or a std::optional");
        FirstFailure<Tried> failure;
        consume(self(), TryForEachConsumer<Tried, F>(f, failure));
        if (failure.is_set()) return std::move(failure.get());
        if constexpr (std::is_void_v<typename Tried::value_type>)
            return Tried();
        else
            return Tried(typename Tried::value_type());
    }
    /// The same as f(state, item), with what init() makes for every piece.
    template <class Init, class F>
    [[nodiscard]] auto try_for_each_init(Init init, F f) const {
        return Referred<D>(self()).map_init(std::move(init), std::move(f)).try_for_each(std::identity());
    }
    /// The same with a copy of `state` for every piece.
    template <class T, class F>
    [[nodiscard]] auto try_for_each_with(T state, F f) const {
        return try_for_each_init(CopyOf<T>{std::move(state)}, std::move(f));
    }

  private:
    [[nodiscard]] const D& self() const { return static_cast<const D&>(*this); }
};

}  // namespace grainscope::detail
