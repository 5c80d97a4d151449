// The examples that the API promises compile and run as written, as far as the library reaches today.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <grainscope/grainscope.h>

using namespace grainscope;

namespace {

std::uint32_t expensive_computation(std::uint32_t item) { return item * 3 + 1; }

// -- scoped operating-system threads: every thread is joined before thread_scope returns
void process_chunks(std::span<std::uint32_t> data) {
    const std::size_t size = data.size() / 4;
    thread_scope([&](ThreadScope& s) {
        for (std::size_t first = 0; first < data.size(); first += size) {
            std::span<std::uint32_t> chunk = data.subspan(first, std::min(size, data.size() - first));
            s.spawn([chunk] {
                for (auto& item : chunk) item = expensive_computation(item);
            });
        }
    });
}

// -- work stealing: quicksort with a custom threshold, written by a user
template <class T>
std::size_t partition(std::span<T> data) {
    const T pivot = data[data.size() / 2];
    auto middle = std::partition(data.begin(), data.end(), [&](const T& item) { return item < pivot; });
    const auto smaller = middle - data.begin();
    if (smaller > 0) return static_cast<std::size_t>(smaller);
    // The pivot is the smallest: all that equals it goes to the left.
    middle = std::partition(data.begin(), data.end(), [&](const T& item) { return !(pivot < item); });
    return static_cast<std::size_t>(middle - data.begin());
}

template <class T>
void my_quicksort(std::span<T> data) {
    if (data.size() <= 32) {
        std::sort(data.begin(), data.end());
        return;
    }
    const std::size_t pivot = partition(data);
    if (pivot == data.size()) return;  // all equal
    join([&] { my_quicksort(data.first(pivot)); }, [&] { my_quicksort(data.subspan(pivot)); });
}

TEST(SeedExamples, ThePoolIsBuiltAndInstalledInto) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(4).build();
    std::vector<int> data(1000, 1);
    pool.install([&] {
        scope([&](Scope& s) {
            for (int& item : data) s.spawn([&item] { item = 2; });
        });
    });
    EXPECT_EQ(std::accumulate(data.begin(), data.end(), 0), 2000);
}

TEST(SeedExamples, ScopedThreadsProcessChunks) {
    std::vector<std::uint32_t> data(1001);
    std::iota(data.begin(), data.end(), 0U);
    process_chunks(data);
    for (std::uint32_t i = 0; i < data.size(); ++i) ASSERT_EQ(data[i], i * 3 + 1);
}

TEST(SeedExamples, AUsersOwnQuicksortForksWithJoin) {
    std::vector<std::uint64_t> data(100'000);
    std::uint64_t state = 1;
    for (auto& item : data) item = (state = state * 6364136223846793005U + 1442695040888963407U) >> 40;
    my_quicksort(std::span(data));
    EXPECT_TRUE(std::ranges::is_sorted(data));
}

TEST(SeedExamples, TheTeachingSortsTakeTheirThresholds) {
    std::vector<int> data(50'000);
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<int>((i * 7919) % 50'021);
    std::vector<int> other = data;
    parallel_quicksort(std::span(data), QuicksortOptions{.threshold = 128});
    parallel_merge_sort(std::span(other), MergeSortOptions{.threshold = 512});
    EXPECT_TRUE(std::ranges::is_sorted(data));
    EXPECT_EQ(data, other);
    parallel_quicksort(std::span(data));
    parallel_merge_sort(std::span(other));
    EXPECT_EQ(data, other);
}

TEST(SeedExamples, ACancelledSortThrowsAndKeepsEveryElement) {
    std::vector<int> data(200'000);
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<int>((i * 7919) % 200'003);
    std::vector<int> expected = data;
    std::ranges::sort(expected);
    CancellationToken token;
    token.cancel();
    EXPECT_THROW(parallel_quicksort(std::span(data), QuicksortOptions{}, token), Cancelled);
    std::ranges::sort(data);
    EXPECT_EQ(data, expected);
}

}  // namespace
