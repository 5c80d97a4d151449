// The sorts of everybody, on one type of elements.
//
// Groups are called "u64 random 1000000, unstable, default order, 2 threads". In the default order a sort may look at
// the keys' bits; with "own comparator" everybody gets the same lambda. Stable sorts are held against our stable one,
// and so is oneTBB's, which has no stable sort.
#pragma once

#include "contest.h"
#include "sort_data.h"

#include <grainscope/sort/sort.h>

#include <hwy/contrib/sort/vqsort.h>
#include <tbb/parallel_sort.h>
#include <boost/sort/sort.hpp>
#include <parallel/algorithm>

#include <algorithm>
#include <concepts>
#include <execution>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace grainscope::bench {

struct SortInput {
    std::string type_name;
    std::size_t size;
    NamedOrder order;
};

/// Registers the groups of one input: unstable and stable, in the default order and with a comparator of one's own.
template <class T>
class SortContests {
  public:
    SortContests(const SortInput& input, int threads)
        : title_(input.type_name + ' ' + std::string(input.order.name) + ' ' + std::to_string(input.size)),
          size_(input.size),
          threads_(threads),
          data_(std::make_shared<Data>(
              [size = input.size, order = input.order.order] { return sort_data<T>(size, order); })) {}

    void add() {
        // Equal to std::less, but no sort can know that.
        const auto own = [](const T& a, const T& b) { return a < b; };
        add_unstable("default order", std::less<>());
        add_unstable("own comparator", own);
        add_stable("default order", std::less<>());
        add_stable("own comparator", own);
    }

  private:
    using Iterator = typename std::vector<T>::iterator;

    struct Data {
        explicit Data(std::function<std::vector<T>()> make)
            : input(std::move(make)), sorted([this] {
                  std::vector<T> answer = *input;
                  std::ranges::sort(answer);
                  return answer;
              }) {}
        Lazy<std::vector<T>> input;
        Lazy<std::vector<T>> sorted;
    };

    /// One run: refilling the buffer and checking the answer are not timed.
    template <class Sort>
    auto sorting(Sort sort) const {
        return [data = data_, sort] {
            static std::vector<T> buffer;
            buffer = *data->input;
            const std::vector<T>& sorted = *data->sorted;
            const auto sort_buffer = [&] {
                sort(buffer.begin(), buffer.end());
                return true;
            };
            return timed(sort_buffer, [&](bool) { return buffer == sorted; });
        };
    }

    [[nodiscard]] Work work() const {
        return {.items = static_cast<double>(size_),
                .iterations = static_cast<int>(std::max<std::size_t>(1, 500'000 / size_)),
                .fingerprint = [data = data_] { return fingerprint(*data->input); }};
    }

    template <class Less>
    void add_unstable(const std::string& order, Less less) {
        Contest contest(title_ + ", unstable, " + order, threads_, work());
        constexpr bool is_default = std::same_as<Less, std::less<>>;
        contest.ours("grainscope par_sort_unstable", sorting([less](Iterator begin, Iterator end) {
                         if constexpr (is_default)
                             par_sort_unstable(std::span(begin, end));
                         else
                             par_sort_unstable(std::span(begin, end), less);
                     }));
        contest.ours("grainscope parallel_quicksort", sorting([less](Iterator begin, Iterator end) {
                         parallel_quicksort(std::span(begin, end), QuicksortOptions<Less>{.comparator = less});
                     }));
        if constexpr (is_default && std::is_arithmetic_v<T>)
            contest.alone("Highway vqsort, one thread", sorting([](Iterator begin, Iterator end) {
                              static const hwy::Sorter sort;
                              sort(&*begin, static_cast<std::size_t>(end - begin), hwy::SortAscending());
                          }));
        contest.oneTBB("oneTBB parallel_sort",
                       sorting([less](Iterator begin, Iterator end) { tbb::parallel_sort(begin, end, less); }));
        contest.oneTBB("std::sort(par)", sorting([less](Iterator begin, Iterator end) {
                           std::sort(std::execution::par, begin, end, less);
                       }));
        contest.libgomp("libgomp multiway merge sort", sorting([less](Iterator begin, Iterator end) {
                            __gnu_parallel::sort(begin, end, less, __gnu_parallel::multiway_mergesort_tag());
                        }));
        contest.libgomp("libgomp quicksort", sorting([less](Iterator begin, Iterator end) {
                            __gnu_parallel::sort(begin, end, less, __gnu_parallel::balanced_quicksort_tag());
                        }));
        contest.alone("Boost block_indirect_sort",
                      sorting([less, threads = static_cast<std::uint32_t>(threads_)](Iterator begin, Iterator end) {
                          boost::sort::block_indirect_sort(begin, end, less, threads);
                      }));
        contest.alone("Boost pdqsort, one thread", sorting([less](Iterator begin, Iterator end) {
                          // Boost only knows by itself that std::less<T> needs no branches.
                          if constexpr (std::is_arithmetic_v<T>)
                              boost::sort::pdqsort_branchless(begin, end, less);
                          else
                              boost::sort::pdqsort(begin, end, less);
                      }));
        if constexpr (is_default)
            contest.alone("Boost spreadsort, one thread", sorting([](Iterator begin, Iterator end) {
                              boost::sort::spreadsort::spreadsort(begin, end);
                          }));
        contest.alone("std::sort, one thread",
                      sorting([less](Iterator begin, Iterator end) { std::sort(begin, end, less); }));
    }

    template <class Less>
    void add_stable(const std::string& order, Less less) {
        Contest contest(title_ + ", stable, " + order, threads_, work());
        contest.ours("grainscope par_sort", sorting([less](Iterator begin, Iterator end) {
                         if constexpr (std::same_as<Less, std::less<>>)
                             par_sort(std::span(begin, end));
                         else
                             par_sort(std::span(begin, end), less);
                     }));
        contest.ours("grainscope parallel_merge_sort", sorting([less](Iterator begin, Iterator end) {
                         parallel_merge_sort(std::span(begin, end), MergeSortOptions<Less>{.comparator = less});
                     }));
        contest.oneTBB("std::stable_sort(par)", sorting([less](Iterator begin, Iterator end) {
                           std::stable_sort(std::execution::par, begin, end, less);
                       }));
        contest.oneTBB("oneTBB parallel_sort, unstable",
                       sorting([less](Iterator begin, Iterator end) { tbb::parallel_sort(begin, end, less); }));
        contest.libgomp("libgomp stable multiway merge sort", sorting([less](Iterator begin, Iterator end) {
                            __gnu_parallel::stable_sort(begin, end, less, __gnu_parallel::multiway_mergesort_tag());
                        }));
        contest.alone("Boost parallel_stable_sort",
                      sorting([less, threads = static_cast<std::uint32_t>(threads_)](Iterator begin, Iterator end) {
                          boost::sort::parallel_stable_sort(begin, end, less, threads);
                      }));
        contest.alone("Boost sample_sort",
                      sorting([less, threads = static_cast<std::uint32_t>(threads_)](Iterator begin, Iterator end) {
                          boost::sort::sample_sort(begin, end, less, threads);
                      }));
        contest.alone("Boost spinsort, one thread",
                      sorting([less](Iterator begin, Iterator end) { boost::sort::spinsort(begin, end, less); }));
        contest.alone("std::stable_sort, one thread",
                      sorting([less](Iterator begin, Iterator end) { std::stable_sort(begin, end, less); }));
    }

    std::string title_;
    std::size_t size_;
    int threads_;
    std::shared_ptr<Data> data_;
};

// One translation unit a type: the peers' templates take the compiler longest.
void add_u64_sorts(const SortInput& input, int threads);
void add_f64_sorts(const SortInput& input, int threads);
void add_string_sorts(const SortInput& input, int threads);

}  // namespace grainscope::bench
