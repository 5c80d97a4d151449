// inspect, update, cloned, copied, panic_fuse: items pass by one to one.
#pragma once

#include <type_traits>
#include <utility>

#include <grainscope/iter/adaptors/map.h>

namespace grainscope::detail {

/// Calls f with the item before passing the very same item on.
template <class F, class Item>
struct Seen {
    F f;
    Item operator()(Item item) const {
        if constexpr (std::is_reference_v<Item>) {
            call_with_item(f, item);
            return static_cast<Item>(item);
        } else {
            call_with_item(f, item);
            return item;
        }
    }
};

template <class Item>
struct CopyItem {
    Kept<Item> operator()(Item item) const { return Kept<Item>(std::forward<Item>(item)); }
};

template <class D>
struct InspectStep {
    /// Passes every item on after f has looked at it, as `const`.
    template <class F>
    [[nodiscard]] auto inspect(F f) && {
        return look(static_cast<D&&>(*this), std::move(f));
    }
    template <class F>
    [[nodiscard]] auto inspect(F f) const& {
        return look(static_cast<const D&>(*this), std::move(f));
    }
    /// Passes every item on after f has changed it: f takes `T&`.
    template <class F>
    [[nodiscard]] auto update(F f) && {
        return change(static_cast<D&&>(*this), std::move(f));
    }
    template <class F>
    [[nodiscard]] auto update(F f) const& {
        return change(static_cast<const D&>(*this), std::move(f));
    }
    /// Items become values, by copying.
    [[nodiscard]] auto cloned() && { return copies(static_cast<D&&>(*this)); }
    [[nodiscard]] auto cloned() const& { return copies(static_cast<const D&>(*this)); }
    /// The same; the name for what is cheap to copy.
    [[nodiscard]] auto copied() && { return copies(static_cast<D&&>(*this)); }
    [[nodiscard]] auto copied() const& { return copies(static_cast<const D&>(*this)); }
    /// Stops all pieces soon after a closure throws. Every pipeline does so; the name is kept for those who look for
    /// it.
    [[nodiscard]] auto panic_fuse() && { return D(static_cast<D&&>(*this)); }
    [[nodiscard]] auto panic_fuse() const& { return D(static_cast<const D&>(*this)); }

  private:
    template <class P, class F>
    static auto look(P&& pipeline, F f) {
        using Item = typename D::Item;
        auto as_const = [f = std::move(f)](const std::remove_reference_t<Item>& item) { call_with_item(f, item); };
        return Map<D, Seen<decltype(as_const), Item>>(std::forward<P>(pipeline), {std::move(as_const)});
    }
    template <class P, class F>
    static auto change(P&& pipeline, F f) {
        using Item = typename D::Item;
        return Map<D, Seen<F, Item>>(std::forward<P>(pipeline), {std::move(f)});
    }
    template <class P>
    static auto copies(P&& pipeline) {
        return Map<D, CopyItem<typename D::Item>>(std::forward<P>(pipeline), {});
    }
};

}  // namespace grainscope::detail
