// Stable sorts of elements that are not only bytes, by handles: what is sorted are pointers to the elements, or cached
// keys beside such pointers. The elements themselves stay where they are until the last comparison is over, and then
// move twice each. So a comparator that throws finds and leaves the data as they were, an element needs nothing but
// moves, and it may live in a deque.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/sort/handle_observer.h>
#include <grainscope/sort/handles.h>
#include <grainscope/sort/insertion_sort.h>
#include <grainscope/sort/raw_buffer.h>
#include <grainscope/sort/runs.h>
#include <grainscope/sort/stable_sort.h>

namespace grainscope::sorting {

/// Iterators whose elements have an address that stays.
template <class I>
concept AddressableIterator = std::random_access_iterator<I> && std::is_lvalue_reference_v<std::iter_reference_t<I>>;

/// Calls body(first, last) for stretches of [0, size), on a task each. Short stretches: a call may take long.
template <class ForkT, class Body>
void over_stretches(ForkT& fork, std::size_t workers, std::size_t size, const Body& body) {
    if (size == 0) return;
    detail::fork_over(fork, 0, size, std::max<std::size_t>(16, size / (8 * workers)), body);
}

namespace detail {

/// Elements on their way to new places; all of them that were moved out are destroyed in the end.
template <class T>
struct MovedOut {
    T* elements;
    std::size_t count = 0;
    ~MovedOut() { std::destroy_n(elements, count); }
};

}  // namespace detail

/// Moves to place i the element source(i), for all i at once; `source` is a bijection on the range. `room` is raw
/// memory for `size` elements. If a move throws, every object lives still, but some elements may be lost.
template <class ForkT, AddressableIterator Iterator, class Source>
void rearrange(ForkT& fork, std::size_t workers, Iterator first, std::size_t size, std::iter_value_t<Iterator>* room,
               const Source& source) {
    using T = std::iter_value_t<Iterator>;
    using Offset = std::iter_difference_t<Iterator>;
    detail::MovedOut<T> moved{room};
    if constexpr (std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>) {
        over_stretches(fork, workers, size, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) std::construct_at(room + i, std::move(source(i)));
        });
        moved.count = size;
        over_stretches(fork, workers, size, [&](std::size_t begin, std::size_t end) {
            std::move(room + begin, room + end, first + static_cast<Offset>(begin));
        });
    } else {
        for (; moved.count < size; ++moved.count) std::construct_at(room + moved.count, std::move(source(moved.count)));
        std::move(room, room + size, first);
    }
}

namespace detail {

/// The handles of the elements element(i), i < size, in the order of Compare after Projection. Stable.
template <class E, class ForkT, class Element, class Compare, class Projection, class ObserverT>
auto sorted_handles(ForkT& fork, std::size_t workers, std::size_t size, const Element& element, Compare& comp,
                    Projection& proj, ObserverT& observer) {
    using Handle = typename Handles<E, Compare, Projection>::Handle;
    const Handles<E, Compare, Projection> handles(comp, proj);
    RawBuffer<Handle> buffer(size);
    over_stretches(fork, workers, size, [&](std::size_t begin, std::size_t end) {
        observer.poll();
        for (std::size_t i = begin; i < end; ++i) std::construct_at(buffer.data() + i, handles.make(element(i)));
    });
    stable_sort_on(fork, workers, buffer.data(), size, handles, observer);
    return buffer;
}

}  // namespace detail

namespace detail {

/// Whether the elements were one run, up or strictly down, and now are sorted: no handle is made, nothing allocated.
template <class ForkT, class T, class Less, class ObserverT>
bool sort_one_stable_run(ForkT& fork, std::span<T> data, Less less, ObserverT& observer) {
    observer.poll();
    Arrangement order = Arrangement::unsorted;
    // The whole question enters the pool at once, rather than each of its forks alone.
    fork.join([&] { order = find_strict_order(data.data(), data.data() + data.size(), less, fork); }, [] {});
    if (order == Arrangement::descending) {
        if constexpr (!std::is_nothrow_swappable_v<T>) return false;
        reverse_parallel(data.data(), data.data() + data.size(), fork, observer);
    }
    return order != Arrangement::unsorted;
}

}  // namespace detail

/// Sorts elements of any kind, stably. A buffer of n elements and two of n handles; std::bad_alloc and what `comp` and
/// `proj` throw leave the data as they were.
template <class ForkT, AddressableIterator Iterator, class Compare, class Projection, class ObserverT>
void sort_by_handles(ForkT& fork, std::size_t workers, Iterator first, std::size_t size, Compare& comp,
                     Projection& proj, ObserverT& observer) {
    using T = std::iter_value_t<Iterator>;
    using Offset = std::iter_difference_t<Iterator>;
    constexpr std::size_t insertion_max = 16;
    if (size <= insertion_max) {
        observer.poll();
        insertion_sort(first, first + static_cast<Offset>(size), ProjectedLess(comp, proj));
        return;
    }
    if constexpr (std::contiguous_iterator<Iterator>) {
        constexpr std::size_t run_min = 1024;  // shorter ones are sorted before a second worker is awake
        if (size >= run_min && detail::sort_one_stable_run(fork, std::span<T>(std::to_address(first), size),
                                                           ProjectedLess(comp, proj), observer))
            return;
    }
    const RawBuffer<T> room(size);
    HandleObserver watched(observer, [](const auto& handle) -> const T& { return *handle.element; });
    const auto handles = detail::sorted_handles<T>(
        fork, workers, size, [&](std::size_t i) -> T& { return first[static_cast<Offset>(i)]; }, comp, proj, watched);
    rearrange(fork, workers, first, size, room.data(), [&](std::size_t i) -> T& { return *handles.data()[i].element; });
}

/// Sorts by keys that are made beforehand, one call an element, by several tasks. Stable. A buffer of n elements, n
/// keys and the space to sort them; what `key` and `comp` throw leaves the data as they were.
template <class ForkT, AddressableIterator Iterator, class Key, class Compare, class ObserverT>
void sort_by_cached_keys(ForkT& fork, std::size_t workers, Iterator first, std::size_t size, Key& key, Compare& comp,
                         ObserverT& observer) {
    using T = std::iter_value_t<Iterator>;
    using Offset = std::iter_difference_t<Iterator>;
    using K = std::remove_cvref_t<std::invoke_result_t<Key&, const T&>>;
    const auto element = [&](std::size_t i) -> T& { return first[static_cast<Offset>(i)]; };
    const RawBuffer<T> room(size);
    if constexpr (std::is_scalar_v<K> && sizeof(K) <= 8) {
        HandleObserver watched(observer, [](const auto& handle) -> const T& { return *handle.element; });
        const auto handles = detail::sorted_handles<T>(fork, workers, size, element, comp, key, watched);
        rearrange(fork, workers, first, size, room.data(),
                  [&](std::size_t i) -> T& { return *handles.data()[i].element; });
    } else {
        // Optional, so that keys of every kind may come in any order, and those that came go again if one throws.
        using Slot = std::optional<K>;
        std::vector<Slot> keys(size);
        over_stretches(fork, workers, size, [&](std::size_t begin, std::size_t end) {
            observer.poll();
            for (std::size_t i = begin; i < end; ++i) keys[i].emplace(std::invoke(key, std::as_const(element(i))));
        });
        auto cached = [](const Slot& slot) -> const K& { return *slot; };
        const auto element_behind = [&](const auto& handle) -> T& {
            return element(static_cast<std::size_t>(handle.element - keys.data()));
        };
        HandleObserver watched(observer, element_behind);
        const auto handles = detail::sorted_handles<Slot>(
            fork, workers, size, [&](std::size_t i) -> Slot& { return keys[i]; }, comp, cached, watched);
        rearrange(fork, workers, first, size, room.data(),
                  [&](std::size_t i) -> T& { return element_behind(handles.data()[i]); });
    }
}

}  // namespace grainscope::sorting
