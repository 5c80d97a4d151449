// par_sort_by_cached_key: one call of the key an element, stable, and nothing happens to the data if a call throws.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/sort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

std::vector<Labelled> labelled(std::size_t size, std::uint32_t coarseness) {
    std::vector<Labelled> data;
    for (const std::uint32_t key : make_keys("random", size, 21))
        data.push_back({key / coarseness, static_cast<std::uint32_t>(data.size())});
    return data;
}

// The kinds of key: one that is only bytes, and one that is not.
std::uint64_t number(const Labelled& element) { return element.key; }
std::string text(const Labelled& element) { return std::to_string(element.key); }

TEST(CachedKey, SortsStablyByKeysThatAreBytesAndByOthers) {
    for (const std::size_t threads : {1U, 2U, 4U}) {
        ThreadPool pool = ThreadPoolBuilder().num_threads(threads).build();
        pool.install([] {
            for (const std::size_t size : {0U, 1U, 2U, 3U, 20U, 33U, 500U, 30'000U}) {
                SCOPED_TRACE(std::to_string(size) + " elements");
                const std::vector<Labelled> data = labelled(size, 1U << 24U);
                std::vector<Labelled> by_number = data, by_text = data, expected = data;
                std::ranges::stable_sort(expected, {}, number);
                par_sort_by_cached_key(by_number, number);
                EXPECT_TRUE(by_number == expected);
                expected = data;
                std::ranges::stable_sort(expected, std::greater<>{}, text);
                par_sort_by_cached_key(by_text, text, std::greater<>{});
                EXPECT_TRUE(by_text == expected);
            }
        });
    }
}

TEST(CachedKey, CallsTheKeyExactlyOnceForEachElement) {
    for (const std::size_t size : {0U, 1U, 2U, 20U, 10'000U}) {
        std::vector<Labelled> data = labelled(size, 1000);
        std::vector<Atomic<int>> calls(size);
        par_sort_by_cached_key(data, [&](const Labelled& element) {
            calls[element.origin].fetch_add(1);
            return element.key;
        });
        EXPECT_TRUE(std::ranges::all_of(calls, [](const Atomic<int>& count) { return count.load() == 1; })) << size;
        par_sort_by_cached_key(data, [&](const Labelled& element) {
            calls[element.origin].fetch_add(1);
            return std::to_string(element.key);
        });
        EXPECT_TRUE(std::ranges::all_of(calls, [](const Atomic<int>& count) { return count.load() == 2; })) << size;
    }
}

TEST(CachedKey, SortsMoveOnlyElementsAndDeques) {
    std::deque<std::unique_ptr<Labelled>> data;
    for (const Labelled& element : labelled(10'000, 1U << 26U)) data.push_back(std::make_unique<Labelled>(element));
    par_sort_by_cached_key(data, [](const std::unique_ptr<Labelled>& element) { return text(*element); });
    EXPECT_TRUE(std::ranges::is_sorted(data, {},
                                       [](const auto& element) { return std::pair(text(*element), element->origin); }));
}

struct Thrown : std::runtime_error {
    Thrown() : std::runtime_error("thrown by the test") {}
};

TEST(CachedKey, WhatAKeyOrAComparatorThrowsLeavesTheDataAsTheyWere) {
    const std::vector<Labelled> before = labelled(20'000, 1);
    for (const long at : {0L, 1L, 777L, 19'999L}) {
        std::vector<Labelled> data = before;
        Atomic<long> left = at;
        const auto tick = [&] {
            if (left.fetch_sub(1) <= 0) throw Thrown();
        };
        EXPECT_THROW(par_sort_by_cached_key(data, [&](const Labelled& element) { return tick(), number(element); }),
                     Thrown);
        EXPECT_TRUE(data == before);
        left = at;
        EXPECT_THROW(par_sort_by_cached_key(data, [&](const Labelled& element) { return tick(), text(element); }),
                     Thrown);
        EXPECT_TRUE(data == before);
        left = at;
        EXPECT_THROW(par_sort_by_cached_key(data, text,
                                            [&](const std::string& a, const std::string& b) { return tick(), a < b; }),
                     Thrown);
        EXPECT_TRUE(data == before);
    }
}

TEST(CachedKey, ACancelledSortLeavesTheDataAsTheyWere) {
    const std::vector<Labelled> before = labelled(20'000, 1);
    std::vector<Labelled> data = before;
    const CancellationToken cancelled;
    cancelled.cancel();
    EXPECT_THROW(par_sort_by_cached_key(data, number, cancelled), Cancelled);
    EXPECT_TRUE(data == before);
    EXPECT_THROW(par_sort_by_cached_key(data, text, std::greater<>{}, cancelled), Cancelled);
    EXPECT_TRUE(data == before);
    par_sort_by_cached_key(data, number, CancellationToken());
    EXPECT_TRUE(std::ranges::is_sorted(data, ByKey{}));
}

}  // namespace
}  // namespace grainscope
