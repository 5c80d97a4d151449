// Data made to make quicksort quadratic costs n log n comparisons all the same, and no deep stack.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/sort.h>

#include "sort_samples.h"

namespace grainscope {
namespace {

using namespace grainscope::testing;

// McIlroy, "A Killer Adversary for Quicksort" (1999): decides what the elements are while they are compared, so that
// every pivot turns out to be nearly the least.
class Adversary {
  public:
    explicit Adversary(std::size_t size) : values_(size, gas(size)), gas_(gas(size)) {}

    bool less(std::size_t a, std::size_t b) {
        ++comparisons_;
        if (values_[a] == gas_ && values_[b] == gas_) values_[a == candidate_ ? a : b] = solid_++;
        if (values_[a] == gas_)
            candidate_ = a;
        else if (values_[b] == gas_)
            candidate_ = b;
        return values_[a] < values_[b];
    }
    [[nodiscard]] std::uint64_t comparisons() const { return comparisons_; }

  private:
    static std::size_t gas(std::size_t size) { return size; }

    std::vector<std::size_t> values_;
    std::size_t gas_;
    std::size_t solid_ = 0;
    std::size_t candidate_ = 0;
    std::uint64_t comparisons_ = 0;
};

using Compare = std::function<bool(std::size_t, std::size_t)>;

double n_log_n(std::size_t size) { return static_cast<double>(size) * std::log2(static_cast<double>(size)); }

TEST(Adversary, CannotMakeQuicksortQuadraticWithAnyPivot) {
    constexpr std::size_t size = 20'000;
    for (const Pivot pivot : pivots) {
        Adversary adversary(size);
        std::vector<std::size_t> data(size);
        std::iota(data.begin(), data.end(), std::size_t{0});
        sorting::SequentialFork fork;  // the adversary is no thread-safe comparator
        sorting::NoObserver observer;
        const Compare less = [&](std::size_t a, std::size_t b) { return adversary.less(a, b); };
        QuicksortOptions options{.threshold = 16, .pivot = pivot, .comparator = less};
        sorting::quicksort_on(fork, std::span(data), options, observer);
        // Two log2 n splits of the whole range, each a comparison an element, and a heap sort of two a level: 5 n log2
        // n.
        EXPECT_LT(static_cast<double>(adversary.comparisons()), 5 * n_log_n(size));
        EXPECT_TRUE(std::is_sorted(data.begin(), data.end(), less));
    }
}

TEST(Adversary, CannotMakeThePdqsortLeafQuadratic) {
    constexpr std::size_t size = 20'000;
    Adversary adversary(size);
    std::vector<std::size_t> data(size);
    std::iota(data.begin(), data.end(), std::size_t{0});
    const Compare less = [&](std::size_t a, std::size_t b) { return adversary.less(a, b); };
    sorting::pdqsort(data.data(), data.data() + size, less);
    EXPECT_LT(static_cast<double>(adversary.comparisons()), 5 * n_log_n(size));
    EXPECT_TRUE(std::is_sorted(data.begin(), data.end(), less));
}

// Musser, "Introspective Sorting" (1997): for pivots that are the median of the first, middle and last element.
std::vector<std::size_t> median_of_3_killer(std::uint32_t size) {
    const std::uint32_t half = size / 2;
    std::vector<std::size_t> data(size);
    for (std::uint32_t i = 1; i <= half; ++i) {
        data[i - 1] = i % 2 == 1 ? i : half + i - 1;
        data[half + i - 1] = 2 * i;
    }
    return data;
}

std::uint64_t comparisons_of(std::vector<std::size_t> data, Pivot pivot) {
    std::uint64_t comparisons = 0;
    const Compare less = [&](std::size_t a, std::size_t b) { return ++comparisons, a < b; };
    sorting::SequentialFork fork;
    sorting::NoObserver observer;
    QuicksortOptions options{.threshold = 16, .pivot = pivot, .comparator = less};
    sorting::quicksort_on(fork, std::span(data), options, observer);
    EXPECT_TRUE(std::ranges::is_sorted(data));
    return comparisons;
}

TEST(Adversary, TheMedianOfThreeKillerCostsNLogN) {
    constexpr std::uint32_t size = 1U << 16;
    EXPECT_LT(static_cast<double>(comparisons_of(median_of_3_killer(size), Pivot::median3)), 5 * n_log_n(size));
}

TEST(Adversary, SortedDataWithTheFirstElementAsPivotCostsNLogN) {
    std::vector<std::size_t> data(1U << 16);
    std::iota(data.begin(), data.end(), std::size_t{0});
    EXPECT_LT(static_cast<double>(comparisons_of(data, Pivot::first)), 5 * n_log_n(data.size()));
}

TEST(EqualKeys, CostAboutTwoComparisonsAnElement) {
    const std::vector<std::size_t> equal(100'000, 7);
    EXPECT_LT(comparisons_of(equal, Pivot::median3), 300'000U);
    // Few different keys: a level for each doubling of the number of keys, not of elements.
    EXPECT_LT(comparisons_of(make_data<std::size_t>("few-uniques", 100'000, 1), Pivot::median3), 1'000'000U);
}

TEST(Stack, OfAQuarterMebibyteIsEnoughForTheWorstPivotOnAMillionSortedElements) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(2).stack_size(256 * 1024).build();
    std::vector<std::uint32_t> data(1'000'000);
    std::iota(data.begin(), data.end(), 0U);
    pool.install([&] { parallel_quicksort(data, QuicksortOptions{.threshold = 1, .pivot = Pivot::first}); });
    EXPECT_TRUE(std::ranges::is_sorted(data));
    std::ranges::reverse(data);
    pool.install([&] { parallel_merge_sort(data, MergeSortOptions{.threshold = 1, .merge_threshold = 1}); });
    EXPECT_TRUE(std::ranges::is_sorted(data));
}

}  // namespace
}  // namespace grainscope
