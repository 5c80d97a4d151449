// The sorts work on contiguous elements. Those of any other range (a deque) are moved into a buffer and back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <ranges>
#include <span>

namespace grainscope::sorting {

namespace detail {

// Elements on loan from a range; they go home when the loan ends, however that is.
template <class T, class Iterator>
class Borrowed {
  public:
    // Throws std::bad_alloc before anything was moved.
    Borrowed(Iterator home, std::size_t size) : home_(home), size_(size), memory_(allocator_.allocate(size)) {
        std::size_t taken = 0;
        try {
            for (; taken < size_; ++taken)
                std::construct_at(memory_ + taken, std::ranges::iter_move(home_ + static_cast<Distance>(taken)));
        } catch (...) {
            give_back(taken);
            throw;
        }
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    ~Borrowed() { give_back(size_); }

    [[nodiscard]] std::span<T> elements() { return {memory_, size_}; }

  private:
    using Distance = std::iter_difference_t<Iterator>;

    void give_back(std::size_t count) {
        std::move(memory_, memory_ + count, home_);
        std::destroy_n(memory_, count);
        allocator_.deallocate(memory_, size_);
    }

    Iterator home_;
    std::size_t size_;
    [[no_unique_address]] std::allocator<T> allocator_;
    T* memory_;
};

}  // namespace detail

/// Calls body with the range's elements as a span; afterwards, or if body throws, they are in the range in the order
/// that body gave them. For a range that is not contiguous that takes a buffer of as many elements; a move that throws
/// on the way back ends the program.
template <class Range, class Body>
void on_contiguous(Range& range, Body&& body) {
    using T = std::ranges::range_value_t<Range>;
    if constexpr (std::ranges::contiguous_range<Range>) {
        body(std::span<T>(std::ranges::data(range), std::ranges::size(range)));
    } else {
        detail::Borrowed<T, std::ranges::iterator_t<Range>> borrowed(std::ranges::begin(range),
                                                                     std::ranges::size(range));
        body(borrowed.elements());
    }
}

}  // namespace grainscope::sorting
