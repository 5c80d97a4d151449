// map, map_with, map_init: each item becomes what a closure makes of it.
#pragma once

#include <optional>
#include <utility>

#include <grainscope/iter/core/parallel_iterator.h>

namespace grainscope {

namespace detail {

template <class Next, class F>
struct MapFolder : ForwardingFolder<Next> {
    static constexpr int lanes = Next::lanes;
    const F& f;

    template <class X>
    void feed(X&& item) {
        this->next.feed(call_for_item(f, std::forward<X>(item)));
    }
    template <class X>
    void feed_lane(int lane, X&& item) {
        this->next.feed_lane(lane, call_for_item(f, std::forward<X>(item)));
    }
};

template <class Base, class F>
class Map : public OneToOne<Map<Base, F>, Base> {
  public:
    using Item = CallItem<F, typename Base::Item>;

    Map(Base base, F f) : OneToOne<Map, Base>(std::move(base)), f_(std::move(f)) {}

    template <class C>
    [[nodiscard]] auto wrapped(const C& next) const {
        return WrappingConsumer(next, [this](auto folder, Position) {
            return MapFolder<decltype(folder), F>{{std::move(folder)}, f_};
        });
    }
    [[nodiscard]] auto reader() const requires(Base::is_indexed) {
        return Reader<decltype(this->base_.reader())>{this->base_.reader(), &f_};
    }

  private:
    template <class Inner>
    struct Reader {
        Inner inner;
        const F* f;
        Item at(std::size_t i) { return call_for_item(*f, inner.at(i)); }
    };

    F f_;
};

template <class Next, class State, class F>
struct MapStateFolder : ForwardingFolder<Next> {
    State state;
    const F& f;

    template <class X>
    void feed(X&& item) {
        this->next.feed(call_for_item(f, std::forward<X>(item), state));
    }
};

/// `Make` gives each piece its state.
template <class Base, class Make, class F>
class MapInit : public OneToOne<MapInit<Base, Make, F>, Base> {
  public:
    using State = std::decay_t<std::invoke_result_t<const Make&>>;
    using Item = CallItem<F, typename Base::Item, State&>;

    MapInit(Base base, Make make, F f)
        : OneToOne<MapInit, Base>(std::move(base)), make_(std::move(make)), f_(std::move(f)) {}

    template <class C>
    [[nodiscard]] auto wrapped(const C& next) const {
        return WrappingConsumer(next, [this](auto folder, Position) {
            return MapStateFolder<decltype(folder), State, F>{{std::move(folder)}, make_(), f_};
        });
    }
    [[nodiscard]] auto reader() const requires(Base::is_indexed) {
        return Reader<decltype(this->base_.reader())>{this->base_.reader(), &f_, make_()};
    }

  private:
    template <class Inner>
    struct Reader {
        Inner inner;
        const F* f;
        State state;
        Item at(std::size_t i) { return call_for_item(*f, inner.at(i), state); }
    };

    Make make_;
    F f_;
};

/// A closure that copies one value for every piece.
template <class T>
struct CopyOf {
    T value;
    T operator()() const { return value; }
};

template <class D>
struct MapStep {
    /// Each item becomes f(item). As indexed as its base. An item that is a pair may come as two parameters.
    ///
    ///     const std::vector<int> numbers{1, 2, 3};
    ///     auto squares = grainscope::par_iter(numbers).map([](int x) { return x * x; }).collect<std::vector>();
    template <class F>
    [[nodiscard]] auto map(F f) && {
        return Map<D, F>(static_cast<D&&>(*this), std::move(f));
    }
    template <class F>
    [[nodiscard]] auto map(F f) const& {
        return Map<D, F>(static_cast<const D&>(*this), std::move(f));
    }
    /// Each item becomes f(state, item). init() is called for every piece, as often as the work is split: for what is
    /// dear to make and cannot be shared, such as a generator of random numbers.
    template <class Init, class F>
    [[nodiscard]] auto map_init(Init init, F f) && {
        return MapInit<D, Init, F>(static_cast<D&&>(*this), std::move(init), std::move(f));
    }
    template <class Init, class F>
    [[nodiscard]] auto map_init(Init init, F f) const& {
        return MapInit<D, Init, F>(static_cast<const D&>(*this), std::move(init), std::move(f));
    }
    /// The same with a copy of `state` for every piece.
    template <class T, class F>
    [[nodiscard]] auto map_with(T state, F f) && {
        return static_cast<D&&>(*this).map_init(CopyOf<T>{std::move(state)}, std::move(f));
    }
    template <class T, class F>
    [[nodiscard]] auto map_with(T state, F f) const& {
        return static_cast<const D&>(*this).map_init(CopyOf<T>{std::move(state)}, std::move(f));
    }
};

}  // namespace detail
}  // namespace grainscope
