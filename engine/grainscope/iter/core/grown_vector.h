// Vectors whose elements are constructed in place by many threads, before the vector knows of them.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/runtime/join.h>

namespace grainscope::detail {

/// std::vector has no way to adopt elements that were constructed in its spare room, so libstdc++'s members are reached
/// through a derived class, which is allowed to name what is protected. Elsewhere items take the detour over parts.
template <class T, class Allocator>
#if defined(__GLIBCXX__) && !defined(_GLIBCXX_DEBUG)
inline constexpr bool can_grow_in_place = std::is_same_v<Allocator, std::allocator<T>> && !std::is_same_v<T, bool>;
#else
inline constexpr bool can_grow_in_place = false;
#endif

/// Tells the vector of `count` elements that stand constructed behind its last one. Requires the room.
template <class T, class Allocator>
void adopt_constructed(std::vector<T, Allocator>& vector, std::size_t count) noexcept {
#if defined(__GLIBCXX__)
    struct Opened : std::vector<T, Allocator> {
        static void grow(std::vector<T, Allocator>& v, std::size_t n) noexcept { (v.*&Opened::_M_impl)._M_finish += n; }
    };
    Opened::grow(vector, count);
#else
    static_cast<void>(vector), static_cast<void>(count);
#endif
}

/// Room for `more` elements, growing by at least half, so that repeated appending stays linear.
template <class T, class Allocator>
void reserve_for(std::vector<T, Allocator>& vector, std::size_t more) {
    const std::size_t need = vector.size() + more;
    if (need < more || need > vector.max_size()) throw std::length_error("collect: more items than a vector can hold");
    if (need <= vector.capacity()) return;
    vector.reserve(vector.empty() ? need : std::max(need, vector.capacity() + vector.capacity() / 2));
}

template <class T>
using PartOf = typename std::list<std::vector<T>>::iterator;

/// Moves parts into their places, in parallel halves. `out` is the place of the first.
template <class T>
void move_parts_to(PartOf<T> first, std::size_t parts, T* out, std::size_t size) {
    constexpr std::size_t worth_a_fork = 64 * 1024;
    if (parts == 1 || size * sizeof(T) < worth_a_fork) {
        for (; parts > 0; --parts, ++first) out = std::uninitialized_move(first->begin(), first->end(), out);
        return;
    }
    PartOf<T> middle = first;
    std::size_t left = 0;
    for (std::size_t i = 0; i < parts / 2; ++i, ++middle) left += middle->size();
    join([=] { move_parts_to<T>(first, parts / 2, out, left); },
         [=] { move_parts_to<T>(middle, parts - parts / 2, out + left, size - left); });
}

/// Appends `parts`, which hold `size` elements together. Requires the room, and moves that do not throw.
template <class T, class Allocator>
void move_parts(std::vector<T, Allocator>& vector, std::list<std::vector<T>>& parts, std::size_t size) {
    if (size == 0) return;
    move_parts_to<T>(parts.begin(), parts.size(), vector.data() + vector.size(), size);
    adopt_constructed(vector, size);
}

}  // namespace grainscope::detail
