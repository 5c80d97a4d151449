// filter, filter_map, while_some: some items go on, others do not.
#pragma once

#include <utility>

#include <grainscope/iter/core/parallel_iterator.h>

namespace grainscope::detail {

template <class Next, class F>
struct FilterFolder : ForwardingFolder<Next> {
    const F& f;

    template <class X>
    void feed(X&& item) {
        if (call_with_item(f, std::as_const(item))) this->next.feed(std::forward<X>(item));
    }
    template <class X>
    [[nodiscard]] bool chooses(const X& item) const {
        return static_cast<bool>(call_with_item(f, item));
    }
    template <class X>
    void feed_chosen(X&& item) {
        this->next.feed(std::forward<X>(item));
    }
};

template <class Base, class F>
class Filter : public Wrapping<Filter<Base, F>, Base> {
  public:
    using Item = typename Base::Item;
    static constexpr bool is_indexed = false;

    Filter(Base base, F f) : Wrapping<Filter, Base>(std::move(base)), f_(std::move(f)) {}

    template <class C>
    [[nodiscard]] auto wrapped(const C& next) const {
        return WrappingConsumer(next, [this](auto folder, Position) {
            return FilterFolder<decltype(folder), F>{{std::move(folder)}, f_};
        });
    }

  private:
    F f_;
};

template <class Next, class F>
struct FilterMapFolder : ForwardingFolder<Next> {
    const F& f;

    template <class X>
    void feed(X&& item) {
        if (auto made = call_with_item(f, std::forward<X>(item))) this->next.feed(*std::move(made));
    }
};

template <class Base, class F>
class FilterMap : public Wrapping<FilterMap<Base, F>, Base> {
  public:
    using Item = decltype(*std::declval<CallResult<F, typename Base::Item>>());
    static constexpr bool is_indexed = false;

    FilterMap(Base base, F f) : Wrapping<FilterMap, Base>(std::move(base)), f_(std::move(f)) {}

    template <class C>
    [[nodiscard]] auto wrapped(const C& next) const {
        return WrappingConsumer(next, [this](auto folder, Position) {
            return FilterMapFolder<decltype(folder), F>{{std::move(folder)}, f_};
        });
    }

  private:
    F f_;
};

template <class D>
struct FilterStep {
    /// Only the items for which f is true. f takes the item as const.
    ///
    ///     const std::vector<int> numbers{1, 2, 3, 4};
    ///     auto even = grainscope::par_iter(numbers).filter([](int x) { return x % 2 == 0; }).collect<std::vector>();
    template <class F>
    [[nodiscard]] auto filter(F f) && {
        return Filter<D, F>(static_cast<D&&>(*this), std::move(f));
    }
    template <class F>
    [[nodiscard]] auto filter(F f) const& {
        return Filter<D, F>(static_cast<const D&>(*this), std::move(f));
    }
    /// f gives a std::optional (or a pointer): what is there goes on.
    template <class F>
    [[nodiscard]] auto filter_map(F f) && {
        return FilterMap<D, F>(static_cast<D&&>(*this), std::move(f));
    }
    template <class F>
    [[nodiscard]] auto filter_map(F f) const& {
        return FilterMap<D, F>(static_cast<const D&>(*this), std::move(f));
    }
};

}  // namespace grainscope::detail
