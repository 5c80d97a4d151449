// Data and policies that the tests of the sorts share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/sort/options.h>

namespace grainscope::testing {

inline const std::vector<std::string> distributions{"random",      "sorted",        "reversed", "organ-pipe",
                                                    "few-uniques", "nearly-sorted", "all-equal"};

/// A key for each place; small numbers, so that every type can hold them.
inline std::vector<std::uint32_t> make_keys(const std::string& distribution, std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint32_t> keys(size);
    for (std::size_t i = 0; i < size; ++i) {
        const auto place = static_cast<std::uint32_t>(i);
        const auto from_end = static_cast<std::uint32_t>(size - 1 - i);
        if (distribution == "random") keys[i] = static_cast<std::uint32_t>(random());
        if (distribution == "sorted" || distribution == "nearly-sorted") keys[i] = place;
        if (distribution == "reversed") keys[i] = from_end;
        if (distribution == "organ-pipe") keys[i] = std::min(place, from_end);
        if (distribution == "few-uniques") keys[i] = static_cast<std::uint32_t>(random() % 5);
        if (distribution == "all-equal") keys[i] = 7;
    }
    if (distribution == "nearly-sorted") {
        for (std::size_t i = 0; i < size / 50; ++i) std::swap(keys[random() % size], keys[random() % size]);
    }
    return keys;
}

template <class T>
T from_key(std::uint32_t key) {
    if constexpr (std::is_same_v<T, std::string>) {
        std::string text = std::to_string(key);
        if (key % 3 == 0) text += " and a tail that does not fit inside the object";
        return text;
    } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(key) / 4 - 1000;
    } else {
        return static_cast<T>(key);
    }
}

template <class T>
std::vector<T> make_data(const std::string& distribution, std::size_t size, unsigned seed) {
    std::vector<T> data;
    data.reserve(size);
    for (const std::uint32_t key : make_keys(distribution, size, seed)) data.push_back(from_key<T>(key));
    return data;
}

inline const std::vector<std::size_t> small_sizes{0, 1, 2, 3, 7, 32, 33, 100, 1000};

/// Expects that `sort` does what std::sort does. Takes any function, so that the compiler makes this once for a type.
template <class T>
void compare_with_reference(const std::string& distribution, std::size_t size,
                            const std::function<void(std::vector<T>&)>& sort) {
    const std::vector<T> data = make_data<T>(distribution, size, static_cast<unsigned>(size));
    std::vector<T> expected = data, actual = data;
    std::sort(expected.begin(), expected.end());
    sort(actual);
    ASSERT_EQ(actual, expected) << distribution << ", " << size << " elements";
}

inline const std::vector<Pivot> pivots{Pivot::first, Pivot::random, Pivot::median3, Pivot::ninther};
inline const std::vector<LeafSort> leaves{LeafSort::insertion, LeafSort::std_sort, LeafSort::pdqsort, LeafSort::heap,
                                          LeafSort::merge};
/// Those that promise safety for any comparator.
inline const std::vector<LeafSort> safe_leaves{LeafSort::insertion, LeafSort::pdqsort, LeafSort::heap, LeafSort::merge};

/// A key and where it came from, so that stability can be seen. Of a size that copies freely.
struct Labelled {
    std::uint32_t key = 0;
    std::uint32_t origin = 0;
    friend bool operator==(const Labelled&, const Labelled&) = default;
};
struct ByKey {
    bool operator()(const Labelled& a, const Labelled& b) const { return a.key < b.key; }
};

}  // namespace grainscope::testing
