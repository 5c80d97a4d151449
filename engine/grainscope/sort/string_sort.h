// Sorting strings by bytes: eight at a time, as numbers. An entry holds a string's next eight bytes and says which
// string it is; entries are sorted like numbers, those that agree go on with the next eight bytes, and the strings
// themselves are moved once, at the end. After Bentley and Sedgewick, "Fast Algorithms for Sorting and Searching
// Strings" (1997), and the caching of characters of Ng and Kakehi, "Cache Efficient Radix Sort for String Sorting"
// (2007).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <grainscope/sort/fork.h>
#include <grainscope/sort/handle_observer.h>
#include <grainscope/sort/insertion_sort.h>
#include <grainscope/sort/parallel_partition.h>
#include <grainscope/sort/pdqsort.h>
#include <grainscope/sort/runs.h>
#include <grainscope/sort/unstable_sort.h>

namespace grainscope::sorting {

namespace detail {

template <class T>
inline constexpr bool is_byte_string = std::is_same_v<T, std::string_view>;
template <class Allocator>
inline constexpr bool is_byte_string<std::basic_string<char, std::char_traits<char>, Allocator>> = true;

struct StringEntry {
    std::uint64_t prefix;  // the first of the eight bytes is the highest; zeroes behind the end
    std::uint64_t index;
};
struct ByPrefix {
    bool operator()(const StringEntry& a, const StringEntry& b) const { return a.prefix < b.prefix; }
};

inline constexpr std::size_t prefix_bytes = sizeof(std::uint64_t);

inline std::uint64_t prefix_at(std::string_view text, std::size_t depth) {
    std::uint64_t bytes = 0;
    if (depth < text.size()) std::memcpy(&bytes, text.data() + depth, std::min(prefix_bytes, text.size() - depth));
    if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
    return bytes;
}

}  // namespace detail

/// Strings whose < compares bytes: std::string with any allocator, std::string_view.
template <class T>
inline constexpr bool is_byte_string = detail::is_byte_string<std::remove_cv_t<T>>;

enum class Stability { unstable, stable };

/// Finds the order of strings on any fork-join, without moving them. `text_of(i)` is the i-th string; it must not
/// throw.
template <class TextOf, Stability stability, Fork ForkT, class ElementOf, class ObserverT>
class StringOrder {
  public:
    using Entry = detail::StringEntry;

    /// `element_of(entry)` is the string that the observer may look at.
    StringOrder(TextOf text_of, ForkT& fork, ElementOf element_of, ObserverT& observer, std::size_t workers)
        : text_of_(text_of), fork_(fork), element_of_(element_of), observer_(observer), workers_(workers) {}

    /// Fills entries so that entries[i].index is the string that belongs at place i.
    void run(std::span<Entry> entries) {
        entries_ = entries.data();
        detail::fork_over(fork_, 0, entries.size(), grain, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) entries[i] = {detail::prefix_at(text_of_(i), 0), i};
        });
        sort(entries.data(), entries.data() + entries.size(), 0, levels_max);
    }

  private:
    static constexpr std::size_t grain = std::size_t{1} << 12;
    static constexpr std::ptrdiff_t few = 24;
    // Deeper than this only strings that are longer than they are many can lead; comparing them is as good.
    static constexpr int levels_max = 48;

    // Entries that agree in the first `depth` bytes, and hold the eight that follow.
    void sort(Entry* first, Entry* last, std::size_t depth, int levels_left) {
        HandleObserver watched(observer_, element_of_, static_cast<std::size_t>(first - entries_));
        unstable_sort_on(fork_, std::span<Entry>(first, last), detail::ByPrefix{}, watched, workers_);
        refine(first, last, depth, levels_left);
    }

    // Finds the groups of equal prefixes. A range is cut between groups, so that nobody looks at another's entries.
    void refine(Entry* first, Entry* last, std::size_t depth, int levels_left) {
        if (last - first > static_cast<std::ptrdiff_t>(grain)) {
            Entry* cut = first + (last - first) / 2;
            while (cut != last && cut[-1].prefix == cut->prefix) ++cut;
            if (cut != last) {
                fork_.join([=, this] { refine(first, cut, depth, levels_left); },
                           [=, this] { refine(cut, last, depth, levels_left); });
                return;
            }
        }
        observer_.poll();
        while (first != last) {
            Entry* end = first + 1;
            while (end != last && end->prefix == first->prefix) ++end;
            if (end - first > 1) sort_group(first, end, depth + detail::prefix_bytes, levels_left);
            first = end;
        }
    }

    // Strings that agree in the first `depth` bytes, zeroes behind the end counted.
    void sort_group(Entry* first, Entry* last, std::size_t depth, int levels_left) {
        // What has ended is a prefix of all the others: only lengths differ.
        Entry* const longer =
            std::partition(first, last, [&](const Entry& entry) { return text_of_(entry.index).size() <= depth; });
        sort_by(first, longer, [this](const Entry& a, const Entry& b) {
            const std::size_t size_a = text_of_(a.index).size(), size_b = text_of_(b.index).size();
            return size_a != size_b ? size_a < size_b : comes_earlier(a, b);
        });
        if (last - longer < 2) return;
        if (last - longer <= few || levels_left == 0) {
            sort_by(longer, last, [this, depth](const Entry& a, const Entry& b) {
                const int order = text_of_(a.index).substr(depth).compare(text_of_(b.index).substr(depth));
                return order != 0 ? order < 0 : comes_earlier(a, b);
            });
            return;
        }
        depth += common_bytes(longer, last, depth);
        for (Entry* entry = longer; entry != last; ++entry)
            entry->prefix = detail::prefix_at(text_of_(entry->index), depth);
        sort(longer, last, depth, levels_left - 1);
    }

    template <class Less>
    static void sort_by(Entry* first, Entry* last, Less less) {
        if (last - first <= few)
            insertion_sort(first, last, less);
        else
            pdqsort(first, last, less);
    }

    [[nodiscard]] static bool comes_earlier(const Entry& a, const Entry& b) {
        return stability == Stability::stable && a.index < b.index;
    }

    // How many bytes from `depth` on all of them share.
    std::size_t common_bytes(const Entry* first, const Entry* last, std::size_t depth) const {
        const std::string_view text = text_of_(first->index).substr(depth);
        std::size_t common = text.size();
        while (++first != last && common > 0) {
            const std::string_view other = text_of_(first->index).substr(depth);
            const std::size_t limit = std::min(common, other.size());
            common = static_cast<std::size_t>(
                std::mismatch(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(limit), other.begin()).first -
                text.begin());
        }
        return common;
    }

    TextOf text_of_;
    ForkT& fork_;
    ElementOf element_of_;
    ObserverT& observer_;
    std::size_t workers_;
    Entry* entries_ = nullptr;
};

/// Fewer strings are sorted where they are.
inline constexpr std::size_t string_sort_min = 128;

namespace detail {

/// Whether the strings were one run, up or down, and now are sorted.
template <class Less, class T, Fork ForkT, Observer<T> ObserverT>
bool sort_one_run(ForkT& fork, std::span<T> data, ObserverT& observer) {
    T* const first = data.data();
    T* const last = first + data.size();
    observer.poll();
    const Arrangement order = find_order(first, last, Less{}, fork);
    if (order == Arrangement::descending) reverse_parallel(first, last, fork, observer);
    return order != Arrangement::unsorted;
}

}  // namespace detail

/// Sorts strings by bytes, `descending` or not, on any fork-join. Takes 16 bytes and an element of further memory for
/// each, but for one run, up or down; false, with nothing changed, if there is none. Throws what the observer throws,
/// before any string was moved, or while a run is turned round, each string once.
template <Stability stability, class T, Fork ForkT, Observer<T> ObserverT>
requires is_byte_string<T>
bool string_sort_on(ForkT& fork, std::span<T> data, bool descending, ObserverT& observer, std::size_t workers) {
    const std::size_t size = data.size();
    if (descending ? detail::sort_one_run<std::greater<>>(fork, data, observer)
                   : detail::sort_one_run<std::less<>>(fork, data, observer))
        return true;
    std::unique_ptr<detail::StringEntry[]> entries(new (std::nothrow) detail::StringEntry[size]);
    struct Free {
        void operator()(T* memory) const { ::operator delete(memory); }
    };
    const std::unique_ptr<T, Free> memory(static_cast<T*>(::operator new(size * sizeof(T), std::nothrow)));
    if (entries == nullptr || memory == nullptr) return false;

    const auto text_of = [data](std::uint64_t i) { return std::string_view(data[i]); };
    const auto element_of = [data](const detail::StringEntry& entry) -> const T& { return data[entry.index]; };
    StringOrder<decltype(text_of), stability, ForkT, decltype(element_of), ObserverT>(text_of, fork, element_of,
                                                                                      observer, workers)
        .run({entries.get(), size});

    constexpr std::size_t grain = std::size_t{1} << 13;
    constexpr std::size_t ahead = 16;  // strings that are fetched while others are moved
    T* const moved = memory.get();
    detail::fork_over(fork, 0, size, grain, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            __builtin_prefetch(&data[entries[std::min(i + ahead, size - 1)].index], 1);
            std::construct_at(moved + i, std::move(data[entries[i].index]));
        }
    });
    detail::fork_over(fork, 0, size, grain, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            T& from = moved[descending ? size - 1 - i : i];
            data[i] = std::move(from);
            std::destroy_at(&from);
        }
    });
    return true;
}

}  // namespace grainscope::sorting
