// Contiguous pieces of a range as items: par_chunks, par_chunks_exact, par_rchunks, par_rchunks_exact, par_windows, and
// their _mut.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <grainscope/iter/sources/source.h>

namespace grainscope {

namespace detail {

/// The elements [first, last) of a range: a std::span where they are contiguous, else a std::ranges::subrange.
template <class Iterator>
[[nodiscard]] auto slice(Iterator begin, std::size_t first, std::size_t last) {
    using Difference = std::iter_difference_t<Iterator>;
    if constexpr (std::contiguous_iterator<Iterator>) {
        return std::span(std::to_address(begin) + first, last - first);
    } else {
        return std::ranges::subrange(begin + static_cast<Difference>(first), begin + static_cast<Difference>(last));
    }
}

/// How a range of `length` elements is cut: `count` slices, slice i from begin(i) to end(i).
struct FromTheFront {
    std::size_t size, length;
    [[nodiscard]] std::size_t count() const { return length / size + (length % size != 0 ? 1 : 0); }
    [[nodiscard]] std::size_t begin(std::size_t i) const { return i * size; }
    [[nodiscard]] std::size_t end(std::size_t i) const { return i * size + std::min(size, length - i * size); }
};
struct OnlyWhole {
    std::size_t size, length;
    [[nodiscard]] std::size_t count() const { return length / size; }
    [[nodiscard]] std::size_t begin(std::size_t i) const { return i * size; }
    [[nodiscard]] std::size_t end(std::size_t i) const { return i * size + size; }
};
struct FromTheBack {
    std::size_t size, length;
    [[nodiscard]] std::size_t count() const { return length / size + (length % size != 0 ? 1 : 0); }
    [[nodiscard]] std::size_t begin(std::size_t i) const {
        const std::size_t e = end(i);
        return e - std::min(size, e);
    }
    [[nodiscard]] std::size_t end(std::size_t i) const { return length - i * size; }
};
struct OnlyWholeFromTheBack {
    std::size_t size, length;
    [[nodiscard]] std::size_t count() const { return length / size; }
    [[nodiscard]] std::size_t begin(std::size_t i) const { return end(i) - size; }
    [[nodiscard]] std::size_t end(std::size_t i) const { return length - i * size; }
};
struct Overlapping {
    std::size_t size, length;
    [[nodiscard]] std::size_t count() const { return length < size ? 0 : length - size + 1; }
    [[nodiscard]] std::size_t begin(std::size_t i) const { return i; }
    [[nodiscard]] std::size_t end(std::size_t i) const { return i + size; }
};

template <class Iterator, class Cut>
class SliceSource : public IndexedSource<SliceSource<Iterator, Cut>> {
  public:
    using Item = decltype(slice(std::declval<Iterator>(), 0, 0));

    SliceSource(Iterator begin, Cut cut) : begin_(begin), cut_(cut) {}
    [[nodiscard]] std::size_t len() const { return cut_.count(); }
    struct Reader {
        Iterator begin;
        Cut cut;
        Item at(std::size_t i) const { return slice(begin, cut.begin(i), cut.end(i)); }
    };
    [[nodiscard]] Reader reader() const { return {begin_, cut_}; }

  private:
    Iterator begin_;
    Cut cut_;
};

template <class Cut, class R>
[[nodiscard]] auto slices_of(R& range, std::size_t size, const char* name) {
    if (size == 0) throw std::invalid_argument(std::string(name) + ": the size must be at least 1");
    const auto length = static_cast<std::size_t>(std::ranges::size(range));
    auto begin = std::ranges::begin(range);
    return SliceSource<decltype(begin), Cut>(begin, Cut{size, length});
}

template <class R>
concept Sliceable = std::ranges::random_access_range<R> && std::ranges::sized_range<R> &&
    (std::is_lvalue_reference_v<R> || std::ranges::borrowed_range<R>);

/// Whose elements may be changed by several threads at once: those of std::vector<bool> share words.
template <class R>
concept ChangeableSliceable = Sliceable<R> && std::is_reference_v<std::ranges::range_reference_t<R>>;

}  // namespace detail

/// Slices of n elements, the last one maybe shorter, as std::span<const T> (std::ranges::subrange over what is not
/// contiguous). Indexed. Throws std::invalid_argument for n = 0, as all of these.
///
///     const std::vector<int> numbers{1, 2, 3};
///     auto sums = grainscope::par_chunks(numbers, 2).map([](std::span<const int> c) { return c.size(); }).sum();
template <detail::Sliceable R>
[[nodiscard]] auto par_chunks(R&& range, std::size_t n) {
    return detail::slices_of<detail::FromTheFront>(std::as_const(range), n, "par_chunks");
}
/// The same with elements that can be changed.
template <detail::ChangeableSliceable R>
[[nodiscard]] auto par_chunks_mut(R&& range, std::size_t n) {
    return detail::slices_of<detail::FromTheFront>(range, n, "par_chunks_mut");
}
/// Slices of exactly n elements; fewer than n at the end are left out.
template <detail::Sliceable R>
[[nodiscard]] auto par_chunks_exact(R&& range, std::size_t n) {
    return detail::slices_of<detail::OnlyWhole>(std::as_const(range), n, "par_chunks_exact");
}
template <detail::ChangeableSliceable R>
[[nodiscard]] auto par_chunks_exact_mut(R&& range, std::size_t n) {
    return detail::slices_of<detail::OnlyWhole>(range, n, "par_chunks_exact_mut");
}
/// Slices of n elements from the end on: the last n first; the last slice, at the front, may be shorter.
template <detail::Sliceable R>
[[nodiscard]] auto par_rchunks(R&& range, std::size_t n) {
    return detail::slices_of<detail::FromTheBack>(std::as_const(range), n, "par_rchunks");
}
template <detail::ChangeableSliceable R>
[[nodiscard]] auto par_rchunks_mut(R&& range, std::size_t n) {
    return detail::slices_of<detail::FromTheBack>(range, n, "par_rchunks_mut");
}
/// Slices of exactly n elements from the end on; fewer than n at the front are left out.
template <detail::Sliceable R>
[[nodiscard]] auto par_rchunks_exact(R&& range, std::size_t n) {
    return detail::slices_of<detail::OnlyWholeFromTheBack>(std::as_const(range), n, "par_rchunks_exact");
}
template <detail::ChangeableSliceable R>
[[nodiscard]] auto par_rchunks_exact_mut(R&& range, std::size_t n) {
    return detail::slices_of<detail::OnlyWholeFromTheBack>(range, n, "par_rchunks_exact_mut");
}
/// The slices of par_chunks_mut as a sequential range, one after the other: to hand them to threads of one's own.
///
///     std::vector<int> numbers(10);
///     for (std::span<int> chunk : grainscope::chunks_mut(numbers, 4)) chunk.front() = 1;
template <detail::ChangeableSliceable R>
[[nodiscard]] auto chunks_mut(R&& range, std::size_t n) {
    const auto slices = detail::slices_of<detail::FromTheFront>(range, n, "chunks_mut");
    return std::views::iota(std::size_t{0}, slices.len()) |
           std::views::transform([reader = slices.reader()](std::size_t i) { return reader.at(i); });
}
/// All slices of n neighbours: none if there are fewer than n elements.
template <detail::Sliceable R>
[[nodiscard]] auto par_windows(R&& range, std::size_t n) {
    return detail::slices_of<detail::Overlapping>(std::as_const(range), n, "par_windows");
}

}  // namespace grainscope
