// fold, fold_with, try_fold, try_fold_with: each piece becomes one item.
#pragma once

#include <utility>

#include <grainscope/iter/adaptors/map.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/tryable.h>

namespace grainscope::detail {

template <class Next, class T, class F>
struct FoldFolder : ForwardingFolder<Next> {
    T value;
    const F& f;

    template <class X>
    void feed(X&& item) {
        fold_item(f, value, std::forward<X>(item));
    }
    typename Next::Result finish() && {
        this->next.feed(std::move(value));
        return std::move(this->next).finish();
    }
};

template <class Base, class Make, class F>
class Fold : public Wrapping<Fold<Base, Make, F>, Base> {
  public:
    using Item = std::decay_t<std::invoke_result_t<const Make&>>;
    static constexpr bool is_indexed = false;

    Fold(Base base, Make make, F f) : Wrapping<Fold, Base>(std::move(base)), make_(std::move(make)), f_(std::move(f)) {}

    template <class C>
    [[nodiscard]] auto wrapped(const C& next) const {
        return WrappingConsumer(next, [this](auto folder, Position) {
            return FoldFolder<decltype(folder), Item, F>{{std::move(folder)}, make_(), f_};
        });
    }

  private:
    Make make_;
    F f_;
};

/// Holds a success or the first failure; a failure wants no more items.
template <class Next, class Tried, class F>
struct TryFoldFolder : ForwardingFolder<Next> {
    static constexpr bool may_stop = true;
    Tried value;
    const F& f;

    template <class X>
    void feed(X&& item) {
        value = call_with_item(f, std::forward<X>(item), *std::move(value));
    }
    [[nodiscard]] bool is_full() const { return !value.has_value() || this->next.is_full(); }
    typename Next::Result finish() && {
        this->next.feed(std::move(value));
        return std::move(this->next).finish();
    }
};

template <class Base, class Make, class F>
class TryFold : public Wrapping<TryFold<Base, Make, F>, Base> {
  public:
    using Start = std::decay_t<std::invoke_result_t<const Make&>>;
    using Item = std::decay_t<CallResult<F, typename Base::Item, Start>>;
    static_assert(Tryable<Item>, "grainscope: the closure of try_fold must return a std::expected or a std::optional");
    static constexpr bool is_indexed = false;

    TryFold(Base base, Make make, F f)
        : Wrapping<TryFold, Base>(std::move(base)), make_(std::move(make)), f_(std::move(f)) {}

    template <class C>
    [[nodiscard]] auto wrapped(const C& next) const {
        return WrappingConsumer(next, [this](auto folder, Position) {
            return TryFoldFolder<decltype(folder), Item, F>{{std::move(folder)}, Item(make_()), f_};
        });
    }

  private:
    Make make_;
    F f_;
};

template <class D>
struct FoldStep {
    /// Each piece of the work becomes one item: f(value, item) over its items, from identity(). How many there are, and
    /// where they are cut, depends on who had time: `reduce` what comes out, with an operation that does not mind. f
    /// returns the new value, or takes it as a reference and returns nothing, which is the faster one for what is
    /// large.
    ///
    ///     using Table = std::array<std::size_t, 256>;
    ///     auto tables = grainscope::par_bytes("to be").fold([] { return Table{}; },
    ///                                                       [](Table& table, unsigned char byte) { ++table[byte]; });
    template <class Identity, class F>
    [[nodiscard]] auto fold(Identity identity, F f) && {
        return Fold<D, Identity, F>(static_cast<D&&>(*this), std::move(identity), std::move(f));
    }
    template <class Identity, class F>
    [[nodiscard]] auto fold(Identity identity, F f) const& {
        return Fold<D, Identity, F>(static_cast<const D&>(*this), std::move(identity), std::move(f));
    }
    /// The same from a copy of `value`.
    template <class T, class F>
    [[nodiscard]] auto fold_with(T value, F f) && {
        return static_cast<D&&>(*this).fold(CopyOf<T>{std::move(value)}, std::move(f));
    }
    template <class T, class F>
    [[nodiscard]] auto fold_with(T value, F f) const& {
        return static_cast<const D&>(*this).fold(CopyOf<T>{std::move(value)}, std::move(f));
    }
    /// The same with an f that returns a std::expected or std::optional: a piece ends at its first failure.
    template <class Identity, class F>
    [[nodiscard]] auto try_fold(Identity identity, F f) && {
        return TryFold<D, Identity, F>(static_cast<D&&>(*this), std::move(identity), std::move(f));
    }
    template <class Identity, class F>
    [[nodiscard]] auto try_fold(Identity identity, F f) const& {
        return TryFold<D, Identity, F>(static_cast<const D&>(*this), std::move(identity), std::move(f));
    }
    template <class T, class F>
    [[nodiscard]] auto try_fold_with(T value, F f) && {
        return static_cast<D&&>(*this).try_fold(CopyOf<T>{std::move(value)}, std::move(f));
    }
    template <class T, class F>
    [[nodiscard]] auto try_fold_with(T value, F f) const& {
        return static_cast<const D&>(*this).try_fold(CopyOf<T>{std::move(value)}, std::move(f));
    }
};

}  // namespace grainscope::detail
