// Sorts up to eight vectors of elements by a network: first every column, a whole vector at a time, then the columns
// are merged two by two with all their neighbours at once (Batcher's bitonic merge). No branch depends on an element.
// The networks for columns are the shortest known ones (Knuth, "The Art of Computer Programming", volume 3, 5.3.4); the
// whole follows Blacher, Giesen, Sanders and Wassenberg, "Vectorized and performance-portable Quicksort" (2022), but
// for any comparator: an exchange is asked for once and changes two elements, so that even one that contradicts itself
// permutes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include <grainscope/sort/block_partition.h>
#include <grainscope/sort/element.h>
#include <grainscope/sort/lanes.h>

namespace grainscope::sorting {

namespace detail {

struct Exchange {
    std::uint8_t upper, lower;
};

// For two to eight rows.
inline constexpr std::array<Exchange, 1> network2{{{0, 1}}};
inline constexpr std::array<Exchange, 3> network3{{{0, 2}, {0, 1}, {1, 2}}};
inline constexpr std::array<Exchange, 5> network4{{{0, 2}, {1, 3}, {0, 1}, {2, 3}, {1, 2}}};
inline constexpr std::array<Exchange, 9> network5{
    {{0, 3}, {1, 4}, {0, 2}, {1, 3}, {0, 1}, {2, 4}, {1, 2}, {3, 4}, {2, 3}}};
inline constexpr std::array<Exchange, 12> network6{
    {{0, 5}, {1, 3}, {2, 4}, {1, 2}, {3, 4}, {0, 3}, {2, 5}, {0, 1}, {2, 3}, {4, 5}, {1, 2}, {3, 4}}};
inline constexpr std::array<Exchange, 16> network7{{{0, 6},
                                                    {2, 3},
                                                    {4, 5},
                                                    {0, 2},
                                                    {1, 4},
                                                    {3, 6},
                                                    {0, 1},
                                                    {2, 5},
                                                    {3, 4},
                                                    {1, 2},
                                                    {4, 6},
                                                    {2, 3},
                                                    {4, 5},
                                                    {1, 2},
                                                    {3, 4},
                                                    {5, 6}}};
inline constexpr std::array<Exchange, 19> network8{{{0, 2},
                                                    {1, 3},
                                                    {4, 6},
                                                    {5, 7},
                                                    {0, 4},
                                                    {1, 5},
                                                    {2, 6},
                                                    {3, 7},
                                                    {0, 1},
                                                    {2, 3},
                                                    {4, 5},
                                                    {6, 7},
                                                    {2, 4},
                                                    {3, 5},
                                                    {1, 4},
                                                    {3, 6},
                                                    {1, 2},
                                                    {3, 4},
                                                    {5, 6}}};

template <std::size_t rows>
constexpr const auto& network() {
    if constexpr (rows == 2)
        return network2;
    else if constexpr (rows == 3)
        return network3;
    else if constexpr (rows == 4)
        return network4;
    else if constexpr (rows == 5)
        return network5;
    else if constexpr (rows == 6)
        return network6;
    else if constexpr (rows == 7)
        return network7;
    else
        return network8;
}

template <class T>
[[gnu::always_inline]] inline Lanes<T> copies_of(const T& element) {
    alignas(64) std::byte raw[sizeof(Lanes<T>)];
    std::uninitialized_fill_n(reinterpret_cast<T*>(raw), Lanes<T>::count, element);
    return Lanes<T>::load(reinterpret_cast<const T*>(raw));
}

// A grid of elements in registers: `height` rows of one vector each.
template <class T, class Less, std::size_t height>
class Grid {
  public:
    using Vector = Lanes<T>;
    static constexpr std::size_t columns = Vector::count;

    [[gnu::always_inline]] Grid(const T* from, Less less) : less_(less) {
#pragma GCC unroll 8
        for (std::size_t i = 0; i < height; ++i) row_[i] = Vector::load(from + i * columns);
    }

    // More than one row of elements; the rest of the grid is filled with copies of another element.
    [[gnu::always_inline]] Grid(const T* from, std::size_t size, const T& filling, Less less) : less_(less) {
        const Vector rest = copies_of<T>(filling);
        row_[0] = Vector::load(from);
#pragma GCC unroll 8
        for (std::size_t i = 1; i < height; ++i) row_[i] = Vector::load_part(from + i * columns, in_row(i, size), rest);
    }

    // How many of `size` elements lie in a row.
    static std::size_t in_row(std::size_t i, std::size_t size) {
        return std::min(columns, size - std::min(size, i * columns));
    }

    // Sorts every column.
    [[gnu::always_inline]] void sort_columns() {
        constexpr auto& exchanges = network<height>();
        [&]<std::size_t... i>(std::index_sequence<i...>) __attribute__((always_inline)) {
            (exchange(row_[exchanges[i].upper], row_[exchanges[i].lower]), ...);
        }
        (std::make_index_sequence<exchanges.size()>{});
    }

    // Merges the columns to one run, column after column.
    [[gnu::always_inline]] void merge_columns() {
        cross<1>();
        descend();
        cross<3>();
        sweep<1>();
        descend();
        if constexpr (columns == 8) {
            cross<7>();
            sweep<2>();
            sweep<1>();
            descend();
        }
    }

    // Writes the columns one after the other, by whole vectors. Square blocks are transposed by exchanging ever larger
    // corners; where a column is shorter than a vector, neighbouring rows then exchange whole columns.
    [[gnu::always_inline]] void write_columns(T* out) {
        swap_corners<1, 1>();
        swap_corners<2, height == 2 ? 1 : 2>();
        if constexpr (columns == 8) swap_corners<4, height == 8 ? 4 : 1>();
#pragma GCC unroll 8
        for (std::size_t i = 0; i < height; ++i) row_[i].store(out + place_of(i) * columns);
    }

  private:
    // The first step of a bitonic merge: a run's i-th element against its neighbour's i-th from the end, which lies
    // in the row as far from the other end, in the lane that differs in all bits of `mirror`.
    template <int mirror>
    [[gnu::always_inline]] void cross() {
        constexpr unsigned greater_lanes = mirror == 1 ? 0xaa : mirror == 3 ? 0xcc : 0xf0;
#pragma GCC unroll 4
        for (std::size_t i = 0; i < height / 2; ++i) {
            Vector& upper = row_[i];
            Vector& lower = row_[height - 1 - i];
            Vector least = upper, greatest = lower.template swap_lanes<mirror>();
            exchange(least, greatest);
            upper = Vector::choose(greater_lanes, greatest, least);
            lower = Vector::choose(greater_lanes, least, greatest).template swap_lanes<mirror>();
        }
    }

    // A step within the rows: each lane against the one `distance` to the right. Two rows make one whole exchange.
    template <int distance>
    [[gnu::always_inline]] void sweep() {
        constexpr std::size_t step = height > distance ? distance : 1;
#pragma GCC unroll 8
        for (std::size_t i = 0; i < height; ++i) {
            if ((i & step) != 0) continue;
            swap_corners<distance>(row_[i], row_[i + step]);
            exchange(row_[i], row_[i + step]);
            swap_corners<distance>(row_[i], row_[i + step]);
        }
    }

    // The steps within columns.
    [[gnu::always_inline]] void descend() {
#pragma GCC unroll 3
        for (std::size_t distance = height / 2; distance > 0; distance /= 2) {
#pragma GCC unroll 8
            for (std::size_t i = 0; i < height; ++i) {
                if ((i & distance) == 0) exchange(row_[i], row_[i + distance]);
            }
        }
    }

    // Where a row belongs in the end.
    static constexpr std::size_t place_of(std::size_t row) {
        if (height == 4 && columns == 8) return row % 2 * 2 + row / 2;
        if (height == 8 && columns == 4) return row % 4 * 2 + row / 4;
        return row;
    }

    template <int distance, std::size_t step>
    [[gnu::always_inline]] void swap_corners() {
#pragma GCC unroll 8
        for (std::size_t i = 0; i < height; ++i) {
            if ((i & step) == 0) swap_corners<distance>(row_[i], row_[i + step]);
        }
    }
    // The right part of each pair of parts above changes places with the left one below.
    template <int distance>
    [[gnu::always_inline]] static void swap_corners(Vector& above, Vector& below) {
        constexpr unsigned right_lanes = distance == 1 ? 0xaa : distance == 2 ? 0xcc : 0xf0;
        const Vector old = above;
        above = Vector::choose(right_lanes, below.template swap_lanes<distance>(), old);
        below = Vector::choose(right_lanes, below, old.template swap_lanes<distance>());
    }

    // Sorts each of the pairs of two rows.
    [[gnu::always_inline]] void exchange(Vector& upper, Vector& lower) {
        const unsigned wrong = ask_less<T>(lower, upper, less_);
        const Vector old = upper;
        upper = Vector::choose(wrong, lower, old);
        lower = Vector::choose(wrong, old, lower);
    }

    Less less_;
    Vector row_[height];
};

template <class T, class Less>
class ColumnSort {
  public:
    static constexpr std::size_t columns = Lanes<T>::count;
    static constexpr std::size_t rows_max = 8;

    ColumnSort(T* data, std::size_t size, const T* bound, Less less)
        : data_(data), size_(size), bound_(bound), less_(less) {}

    void run() {
        if (size_ <= 2 * columns) return sort<2>();
        if (size_ <= 4 * columns) return sort<4>();
        return sort<8>();
    }

  private:
    // The data is written when no comparison is left that could throw.
    template <std::size_t height>
    [[gnu::noinline]] void sort() {
        constexpr std::size_t room = height * columns;
        if (size_ == room) {
            Grid<T, Less, height> grid(data_, less_);
            grid.sort_columns();
            grid.merge_columns();
            return grid.write_columns(data_);
        }
        alignas(64) std::byte raw[room * sizeof(T)];
        T* const filled = reinterpret_cast<T*>(raw);
        const T filling = bound_ != nullptr ? *bound_ : find_greatest();
        Grid<T, Less, height> grid(data_, size_, filling, less_);
        grid.sort_columns();
        grid.merge_columns();
        grid.write_columns(filled);
        take_back<room>(filled, filling);
        for (std::size_t i = 0; i + columns < size_; i += columns) Lanes<T>::load(filled + i).store(data_ + i);
        Lanes<T>::load(filled + size_ - columns).store(data_ + size_ - columns);
    }

    [[nodiscard]] T find_greatest() const {
        const T* greatest = data_;
        for (const T* other = data_ + 1; other != data_ + size_; ++other)
            greatest = less_(*greatest, *other) ? other : greatest;
        return *greatest;
    }

    // Where elements that are equivalent to the filling, but not the same, lie behind the first `size_` ones, as many
    // copies of the filling lie among these: they change places. This is a matter of bits, whatever the comparator
    // says.
    template <std::size_t room>
    void take_back(T* filled, const T& filling) const {
        const auto is_filling = [&](const T& x) { return std::memcmp(&x, &filling, sizeof(T)) == 0; };
        using Vector = Lanes<T>;
        const Vector copies = copies_of<T>(filling);
        unsigned strays = 0;
        for (std::size_t i = 0; i < room; i += columns) {
            const unsigned behind = (1U << columns) - (1U << Grid<T, Less, room / columns>::in_row(i / columns, size_));
            strays |= behind & ~Vector::same_bits(Vector::load(filled + i), copies);
        }
        if (strays == 0) [[likely]]
            return;
        T* copy = filled + size_;
        for (T* stray = filled + size_; stray != filled + room; ++stray) {
            if (is_filling(*stray)) continue;
            do --copy;
            while (!is_filling(*copy));
            std::swap(*copy, *stray);
        }
    }

    T* data_;
    std::size_t size_;
    const T* bound_;
    Less less_;
};

}  // namespace detail

/// Whether column_sort is the way for few elements: it asks about twice as often as needed, which pays where an answer
/// costs nothing. A comparator that holds something is taken for dear.
template <class T, class Less>
inline constexpr bool sorts_by_columns = partitions_by_vectors<T>&& std::is_empty_v<Less>;

/// The most elements that column_sort takes.
template <class T>
inline constexpr std::size_t column_sort_max = 8 * Lanes<T>::count;

/// Sorts up to column_sort_max<T> elements, but more than a vector holds. Not stable. `bound`: an element that no
/// element of the range is greater than, or null. Whatever less does, contradict itself or throw, each element is there
/// exactly once.
template <class T, class Less>
requires partitions_by_vectors<T>
void column_sort(T* data, std::size_t size, const T* bound, Less less) {
    detail::ColumnSort<T, Less>(data, size, bound, less).run();
}

}  // namespace grainscope::sorting
