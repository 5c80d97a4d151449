// flat_map, flat_map_iter, flatten, flatten_iter: each item becomes many.
#pragma once

#include <optional>
#include <ranges>
#include <utility>

#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/sources/ranges.h>

namespace grainscope::detail {

/// Runs each item's own pipeline, in parallel, into the consumer that the outer one serves.
template <class C, class F>
class FlatMapFolder {
  public:
    using Result = typename C::Result;
    static constexpr bool may_stop = true;
    static constexpr bool wants_selected = false;
    static constexpr int lanes = 0;

    FlatMapFolder(const C& consumer, const F& f, const Policy& policy, Position at)
        : consumer_(consumer), f_(f), policy_(policy), at_(at) {}

    template <class X>
    void feed(X&& item) {
        decltype(auto) many = call_with_item(f_, std::forward<X>(item));
        const auto inner = as_inner_pipeline(std::forward<decltype(many)>(many));
        RunControl control(inner, policy_.control);
        Policy policy = inner.policy();
        policy.control = &control;
        inner.prepare();
        Result result = inner.drive(PinnedConsumer(consumer_, at_), policy);
        if (control.is_cancelled()) throw Cancelled();
        if (result_)
            result_.emplace(consumer_.combine(*std::move(result_), std::move(result)));
        else
            result_.emplace(std::move(result));
    }
    [[nodiscard]] bool is_full() const { return policy_.control->should_stop() || consumer_.is_full(at_); }
    Result finish() && { return result_ ? *std::move(result_) : consumer_.folder(at_).finish(); }

  private:
    const C& consumer_;
    const F& f_;
    const Policy& policy_;
    Position at_;
    std::optional<Result> result_;
};

template <class C, class F>
class FlatMapConsumer {
  public:
    using Result = typename C::Result;
    static constexpr bool from_the_right = searches_from_the_right<C>;

    FlatMapConsumer(const C& next, const F& f, const Policy& policy) : next_(next), f_(f), policy_(policy) {}
    [[nodiscard]] auto folder(Position first) const { return FlatMapFolder<C, F>(next_, f_, policy_, first); }
    Result combine(Result left, Result right) const { return next_.combine(std::move(left), std::move(right)); }
    [[nodiscard]] bool is_full(Position first) const { return next_.is_full(first); }

  private:
    const C& next_;
    const F& f_;
    const Policy& policy_;
};

template <class Base, class F>
class FlatMap : public OneBase<FlatMap<Base, F>, Base> {
  public:
    using Inner = AsInnerPipeline<CallResult<F, typename Base::Item>>;
    using Item = typename Inner::Item;
    static constexpr bool is_indexed = false;

    FlatMap(Base base, F f) : OneBase<FlatMap, Base>(std::move(base)), f_(std::move(f)) {}

    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        return this->base_.drive(FlatMapConsumer<C, F>(consumer, f_, policy), policy);
    }

  private:
    F f_;
};

/// What the items of a range are passed as: what nobody else holds gives its elements away.
template <class Many, bool owns = !std::is_lvalue_reference_v<Many> && !std::ranges::view<std::remove_cvref_t<Many>>>
struct Walked {
    using Reference = std::ranges::range_reference_t<Many&>;
    using Item =
        std::conditional_t<owns && std::is_reference_v<Reference>, std::remove_reference_t<Reference>&&, Reference>;
};
template <class Many, bool owns>
requires OneOrNone<std::remove_cvref_t<Many>>
struct Walked<Many, owns> {
    using Item = decltype(*std::declval<Many>());
};
template <class Many>
using WalkedItem = typename Walked<Many>::Item;

template <class Next, class F>
struct FlatMapIterFolder : ForwardingFolder<Next> {
    const F& f;

    template <class X>
    void feed(X&& item) {
        decltype(auto) many = call_with_item(f, std::forward<X>(item));
        using Many = decltype(many);
        if constexpr (OneOrNone<std::remove_cvref_t<Many>>) {
            if (many) this->next.feed(*std::forward<Many>(many));
        } else {
            for (auto&& one : many) {
                if constexpr (Next::may_stop) {
                    if (this->next.is_full()) return;
                }
                this->next.feed(static_cast<WalkedItem<Many>&&>(one));
            }
        }
    }
};

template <class Base, class F>
class FlatMapIter : public Wrapping<FlatMapIter<Base, F>, Base> {
  public:
    using Item = WalkedItem<CallResult<F, typename Base::Item>>;
    static constexpr bool is_indexed = false;

    FlatMapIter(Base base, F f) : Wrapping<FlatMapIter, Base>(std::move(base)), f_(std::move(f)) {}

    template <class C>
    [[nodiscard]] auto wrapped(const C& next) const {
        return WrappingConsumer(next, [this](auto folder, Position) {
            return FlatMapIterFolder<decltype(folder), F>{{std::move(folder)}, f_};
        });
    }

  private:
    F f_;
};

struct Itself {
    template <class X>
    X operator()(X&& item) const {
        return std::forward<X>(item);
    }
};

template <class D>
struct FlatMapStep {
    /// Each item becomes the items of f(item): a container, a view or a parallel iterator, run in parallel itself.
    template <class F>
    [[nodiscard]] auto flat_map(F f) && {
        return FlatMap<D, F>(static_cast<D&&>(*this), std::move(f));
    }
    template <class F>
    [[nodiscard]] auto flat_map(F f) const& {
        return FlatMap<D, F>(static_cast<const D&>(*this), std::move(f));
    }
    /// The same with any range (or std::optional), walked by one worker: the better one where f(item) is short.
    template <class F>
    [[nodiscard]] auto flat_map_iter(F f) && {
        return FlatMapIter<D, F>(static_cast<D&&>(*this), std::move(f));
    }
    template <class F>
    [[nodiscard]] auto flat_map_iter(F f) const& {
        return FlatMapIter<D, F>(static_cast<const D&>(*this), std::move(f));
    }
    /// Items that are containers, views, std::optionals or parallel iterators themselves become their items: `T&` where
    /// the containers may be changed.
    ///
    ///     std::vector<std::vector<int>> rows{{1, 2}, {3}};
    ///     grainscope::par_iter_mut(rows).flatten().for_each([](int& x) { x += 1; });
    [[nodiscard]] auto flatten() && { return static_cast<D&&>(*this).flat_map(Itself{}); }
    [[nodiscard]] auto flatten() const& { return static_cast<const D&>(*this).flat_map(Itself{}); }
    /// The same with any range, each walked by one worker.
    [[nodiscard]] auto flatten_iter() && { return static_cast<D&&>(*this).flat_map_iter(Itself{}); }
    [[nodiscard]] auto flatten_iter() const& { return static_cast<const D&>(*this).flat_map_iter(Itself{}); }
};

}  // namespace grainscope::detail
