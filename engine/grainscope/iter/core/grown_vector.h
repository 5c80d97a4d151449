// Vectors whose elements are constructed in place by many threads, before the vector knows of them; and the parts that
// pieces gather where nobody knows yet how many elements there will be.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/platform/memory.h>
#include <grainscope/runtime/enter.h>
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

/// For the room behind the last element.
template <class T, class Allocator>
void prefer_huge_pages_in_room(std::vector<T, Allocator>& vector) noexcept {
    if constexpr (can_grow_in_place<T, Allocator>)
        platform::prefer_huge_pages(vector.data() + vector.size(), (vector.capacity() - vector.size()) * sizeof(T));
}

/// Room for `more` elements, growing by at least half, so that repeated appending stays linear.
template <class T, class Allocator>
void reserve_for(std::vector<T, Allocator>& vector, std::size_t more) {
    const std::size_t need = vector.size() + more;
    if (need < more || need > vector.max_size()) throw std::length_error("collect: more items than a vector can hold");
    if (need <= vector.capacity()) return;
    vector.reserve(vector.empty() ? need : std::max(need, vector.capacity() + vector.capacity() / 2));
    prefer_huge_pages_in_room(vector);
}

/// What pieces have gathered, in their order.
template <class T>
using Gathered = std::list<std::vector<T>>;

template <class T>
[[nodiscard]] std::size_t size_of(const Gathered<T>& parts) {
    std::size_t size = 0;
    for (const auto& part : parts) size += part.size();
    return size;
}

/// What one piece gathers: into vectors that double from one to the next, so that nothing is moved on the way.
template <class T>
class Gathering {
  public:
    Gathering() = default;
    Gathering(Gathering&& other) noexcept
        : parts_(std::move(other.parts_)),
          out_(std::exchange(other.out_, nullptr)),
          end_(std::exchange(other.end_, nullptr)) {}
    Gathering& operator=(Gathering&&) = delete;
    ~Gathering() { close(); }

    template <class X>
    void add(X&& item) {
        if constexpr (in_place) {
            if (out_ == end_) [[unlikely]]
                begin_part();
            std::construct_at(out_, std::forward<X>(item));
            ++out_;
        } else {
            if (parts_.empty()) parts_.emplace_back();
            parts_.back().emplace_back(std::forward<X>(item));
        }
    }
    [[nodiscard]] Gathered<T> take() && {
        close();
        return std::move(parts_);
    }

  private:
    static constexpr bool in_place = can_grow_in_place<T, std::allocator<T>>;
    static constexpr std::size_t first_part = std::max<std::size_t>(4, 512 / sizeof(T));
    static constexpr std::size_t largest_part = std::max<std::size_t>(first_part, (std::size_t{32} << 20) / sizeof(T));

    [[gnu::noinline]] void begin_part() {
        close();
        const std::size_t room = parts_.empty() ? first_part : std::min(largest_part, 2 * parts_.back().size());
        std::vector<T>& part = parts_.emplace_back();
        part.reserve(std::max(room, first_part));
        prefer_huge_pages_in_room(part);
        out_ = part.data();
        end_ = out_ + part.capacity();
    }
    /// Tells the last part what stands in it.
    void close() noexcept {
        if constexpr (in_place) {
            if (out_ == nullptr) return;
            std::vector<T>& part = parts_.back();
            adopt_constructed(part, static_cast<std::size_t>(out_ - part.data()));
            out_ = end_ = nullptr;
        }
    }

    Gathered<T> parts_;
    T* out_ = nullptr;
    T* end_ = nullptr;
};

/// Elements that are to be moved from one place to another.
template <class T>
struct Move {
    T* from;
    std::size_t count;
    T* to;
};

template <class T>
void move_all(const Move<T>* moves, std::size_t count) {
    if (count == 1) {
        std::uninitialized_move_n(moves->from, moves->count, moves->to);
        return;
    }
    join([=] { move_all(moves, count / 2); }, [=] { move_all(moves + count / 2, count - count / 2); });
}

/// Appends `parts`, which hold `size` elements together, in parallel. Requires the room, and moves that do not throw.
template <class T, class Allocator>
void move_parts(std::vector<T, Allocator>& vector, Gathered<T>& parts, std::size_t size) {
    constexpr std::size_t block = std::max<std::size_t>(1, 256 * 1024 / sizeof(T));  // worth a fork
    std::vector<Move<T>> moves;
    T* out = vector.data() + vector.size();
    for (auto& part : parts) {
        for (std::size_t at = 0; at < part.size(); at += block) {
            const std::size_t count = std::min(block, part.size() - at);
            moves.push_back({part.data() + at, count, out});
            out += count;
        }
    }
    if (size <= block) {
        for (const Move<T>& move : moves) move_all(&move, 1);
    } else if (Worker::current() != nullptr) {
        move_all(moves.data(), moves.size());
    } else {
        enter_pool(*Registry::global(), [&] { move_all(moves.data(), moves.size()); });
    }
    adopt_constructed(vector, size);
}

}  // namespace grainscope::detail
