// How closures meet items: a pair may come as two parameters, nothing may stand for a value.
#pragma once

#include <concepts>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <grainscope/runtime/call.h>

namespace grainscope::detail {

template <class T>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;

/// Whether f can be called with (lead..., the item whole), or with (lead..., the two halves of an item that is a pair).
template <class F, class Item, class... Lead>
concept CallableWhole = std::invocable<const F&, Lead..., Item>;
template <class F, class Item, class... Lead>
concept CallableSpread = is_pair<std::remove_cvref_t<Item>> && requires(const F& f, Item&& item, Lead&&... lead) {
    std::invoke(f, std::forward<Lead>(lead)..., std::get<0>(std::forward<Item>(item)),
                std::get<1>(std::forward<Item>(item)));
};

/// Calls f with (lead..., item); an item that is a pair may arrive as two parameters. Several threads call at once,
/// so the call goes to a const closure.
template <class F, class Item, class... Lead>
constexpr decltype(auto) call_with_item(const F& f, Item&& item, Lead&&... lead) {
    if constexpr (CallableWhole<F, Item&&, Lead&&...>) {
        return std::invoke(f, std::forward<Lead>(lead)..., std::forward<Item>(item));
    } else {
        static_assert(CallableSpread<F, Item&&, Lead&&...>,
                      "grainscope: the closure cannot be called with the pipeline's items. It is called from several "
                      "threads at once, so it must be callable as const (a lambda without `mutable`).");
        return std::invoke(f, std::forward<Lead>(lead)..., std::get<0>(std::forward<Item>(item)),
                           std::get<1>(std::forward<Item>(item)));
    }
}

template <class F, class Item, class... Lead>
using CallResult = decltype(call_with_item(std::declval<const F&>(), std::declval<Item>(), std::declval<Lead>()...));

/// The same, with std::monostate for void.
template <class F, class Item, class... Lead>
using CallItem = ValueOf<CallResult<F, Item, Lead...>>;

template <class F, class Item, class... Lead>
constexpr CallItem<F, Item&&, Lead&&...> call_for_item(const F& f, Item&& item, Lead&&... lead) {
    if constexpr (std::is_void_v<CallResult<F, Item&&, Lead&&...>>) {
        call_with_item(f, std::forward<Item>(item), std::forward<Lead>(lead)...);
        return {};
    } else {
        return call_with_item(f, std::forward<Item>(item), std::forward<Lead>(lead)...);
    }
}

/// Whether f takes a value and an item and returns the next value.
template <class F, class T, class Item>
concept FoldsByValue = requires {
    requires CallableWhole<F, Item, T> || CallableSpread<F, Item, T>;
    requires !std::is_void_v<CallResult<F, Item, T>>;
};

/// Replaces `value` by f(value, item): what f returns, or what f makes of it in place. Moving a value in and out costs
/// as much as it is large, for every item; a table of 2 KB is folded a hundred times as fast in place.
template <class F, class T, class Item>
constexpr void fold_item(const F& f, T& value, Item&& item) {
    if constexpr (FoldsByValue<F, T, Item&&>) {
        value = call_with_item(f, std::forward<Item>(item), std::move(value));
    } else {
        static_assert(std::is_void_v<CallResult<F, Item&&, T&>>,
                      "grainscope: a closure that takes its value as a reference changes it there and returns nothing");
        call_with_item(f, std::forward<Item>(item), value);
    }
}

template <class T>
struct KeptOf {
    using type = T;
};
template <class A, class B>
struct KeptOf<std::pair<A, B>> {
    using type =
        std::pair<typename KeptOf<std::remove_cvref_t<A>>::type, typename KeptOf<std::remove_cvref_t<B>>::type>;
};

/// What is kept of an item: std::optional and results never hold a reference, nor do the pairs of enumerate and zip in
/// them.
template <class Item>
using Kept = typename KeptOf<std::remove_cvref_t<Item>>::type;

/// An item as T, which is what is kept of it: for operations that take two of a kind. Only a pair of references has to
/// be made into another type.
template <class T, class Item>
constexpr decltype(auto) as_kept(Item&& item) {
    if constexpr (std::is_same_v<std::remove_cvref_t<Item>, T>)
        return std::forward<Item>(item);
    else
        return T(std::forward<Item>(item));
}

/// T, or what is kept of an item where T is left out.
template <class T, class Item>
using OrKept = std::conditional_t<std::is_void_v<T>, Kept<Item>, T>;

}  // namespace grainscope::detail
