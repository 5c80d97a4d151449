// Sorts for which there is no memory: they throw std::bad_alloc or go on without it, and each element is still there
// exactly once. Replaces operator new for this program.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/sort.h>

#include "sort_samples.h"

namespace {

// How many more allocations succeed before all fail; negative: no end.
constinit grainscope::Atomic<long> allocations_left = -1;

void* allocate(std::size_t size, std::size_t alignment) {
    if (allocations_left.load() >= 0 && allocations_left.fetch_sub(1) <= 0) {
        allocations_left.store(0);
        throw std::bad_alloc();
    }
    void* const memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
// Out of line: the compiler shall not see that what operator new gave out goes to free.
[[gnu::noinline]] void release(void* memory) noexcept { std::free(memory); }

}  // namespace

void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return operator new(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

namespace grainscope {
namespace {

using namespace grainscope::testing;

// Sorts again and again, each time with one allocation more, until it succeeds. Returns how many it needed.
template <class Data>
long expect_no_loss(const Data& source, const std::function<void(Data&)>& sort) {
    Data expected = source;
    std::ranges::sort(expected);
    ThreadPool pool = ThreadPoolBuilder().num_threads(2).build();
    for (long allowed = 0;; ++allowed) {
        Data data = source;
        const bool done = pool.install([&] {
            allocations_left.store(allowed);
            try {
                sort(data);
            } catch (const std::bad_alloc&) {
                allocations_left.store(-1);
                return false;
            }
            allocations_left.store(-1);
            return true;
        });
        EXPECT_TRUE(!done || data == expected);
        std::ranges::sort(data);
        EXPECT_TRUE(data == expected) << "with " << allowed << " allocations";
        if (done || ::testing::Test::HasFailure()) return allowed;
    }
}

using Numbers = std::vector<std::uint64_t>;
using Strings = std::vector<std::string>;

const std::function<bool(std::uint64_t, std::uint64_t)> by_number = std::less<>{};

TEST(SortAllocation, WithoutMemoryAnUnstableSortOfAFewRunsGoesOnInPlace) {
    // Short enough for one task: nothing but the buffer of the merge would need memory.
    const Numbers data = make_data<std::uint64_t>("organ-pipe", 100'000, 3);
    EXPECT_EQ(expect_no_loss<Numbers>(data, [](Numbers& numbers) { par_sort_unstable(numbers); }), 0);
    EXPECT_EQ(expect_no_loss<Numbers>(data, [](Numbers& numbers) { par_sort_unstable_by(numbers, by_number); }), 0);
}

TEST(SortAllocation, AnUnstableSortKeepsEveryElement) {
    const Numbers data = make_data<std::uint64_t>("random", 300'000, 3);
    expect_no_loss<Numbers>(data, [](Numbers& numbers) { par_sort_unstable(numbers); });
    expect_no_loss<Numbers>(data, [](Numbers& numbers) { par_sort_unstable_by(numbers, by_number); });
    const std::deque<std::uint64_t> scattered(data.begin(), data.begin() + 30'000);
    EXPECT_GT(expect_no_loss<std::deque<std::uint64_t>>(scattered, [](auto& numbers) { par_sort_unstable(numbers); }),
              0);
}

TEST(SortAllocation, AStableSortKeepsEveryElement) {
    const Numbers data = make_data<std::uint64_t>("random", 60'000, 3);
    EXPECT_GT(expect_no_loss<Numbers>(data, [](Numbers& numbers) { par_sort_by(numbers, by_number); }), 0);
    expect_no_loss<Numbers>(data, [](Numbers& numbers) { par_sort(numbers); });
}

TEST(SortAllocation, SortsOfStringsKeepEveryElement) {
    const Strings data = make_data<std::string>("random", 20'000, 3);
    EXPECT_GT(expect_no_loss<Strings>(data, [](Strings& strings) { par_sort(strings); }), 0);
    expect_no_loss<Strings>(data, [](Strings& strings) { par_sort_unstable(strings); });
}

}  // namespace
}  // namespace grainscope
