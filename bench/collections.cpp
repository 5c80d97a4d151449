// Many numbers become many others, in a vector that each run makes anew. Freeing it is not timed.
#include "iterators.h"

#include "numbers.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_scan.h>
#include <parallel/numeric>

#include <algorithm>
#include <execution>
#include <functional>
#include <numeric>

namespace grainscope::bench {

namespace {

using Numbers = std::vector<std::uint64_t>;

bool is_even(std::uint64_t x) { return x % 2 == 0; }
std::uint64_t square(std::uint64_t x) { return x * x; }

/// Every block filters into a vector of its own, then the vectors are copied to their places in the result.
/// `each_block(n, f)` runs f(0) to f(n - 1) in parallel.
template <class EachBlock>
Numbers in_blocks(const Numbers& v, EachBlock each_block) {
    constexpr std::size_t blocks = 64;
    const auto begin_of = [&](std::size_t block) { return v.size() * block / blocks; };
    std::vector<Numbers> parts(blocks);
    each_block(blocks, [&](std::size_t block) {
        Numbers part;
        for (std::size_t i = begin_of(block); i < begin_of(block + 1); ++i)
            if (is_even(v[i])) part.push_back(square(v[i]));
        parts[block] = std::move(part);
    });
    std::vector<std::size_t> places(blocks + 1);
    for (std::size_t block = 0; block < blocks; ++block) places[block + 1] = places[block] + parts[block].size();
    Numbers result(places.back());
    each_block(blocks, [&](std::size_t block) {
        std::ranges::copy(parts[block], result.begin() + static_cast<std::ptrdiff_t>(places[block]));
    });
    return result;
}

Numbers with_push_back(const Numbers& v) {
    Numbers result;
    for (const std::uint64_t x : v)
        if (is_even(x)) result.push_back(square(x));
    return result;
}

Numbers without_branches(const Numbers& v) {
    Numbers result(v.size());
    std::uint64_t* end = result.data();
    for (const std::uint64_t x : v) {
        *end = square(x);
        end += is_even(x);
    }
    result.resize(static_cast<std::size_t>(end - result.data()));
    return result;
}

void add_filter_map(int threads) {
    Contest contest("filter, map, collect of 20000000 u64", threads,
                    {.items = 2e7, .fingerprint = [] { return fingerprint(*half_even); }});
    static Lazy<Numbers> expected([] { return with_push_back(*half_even); });
    const auto with_numbers = [](auto collect) {
        return [collect] {
            const Numbers& v = *half_even;
            return timed([&] { return collect(v); }, [](const Numbers& answer) { return answer == *expected; });
        };
    };
    contest.ours("grainscope filter.map.collect", with_numbers([](const Numbers& v) {
                     return par_iter(v)
                         .filter([](std::uint64_t x) { return x % 2 == 0; })
                         .map([](std::uint64_t x) { return x * x; })
                         .template collect<std::vector>();
                 }));
    contest.oneTBB("oneTBB parallel_for over blocks", with_numbers([](const Numbers& v) {
                       return in_blocks(v, [](std::size_t n, auto f) { tbb::parallel_for(std::size_t{0}, n, f); });
                   }));
    contest.libgomp("libgomp parallel for over blocks", with_numbers([](const Numbers& v) {
                        return in_blocks(v, [](std::size_t n, auto f) {
#pragma omp parallel for schedule(dynamic, 1)
                            for (std::size_t i = 0; i < n; ++i) f(i);
                        });
                    }));
    contest.oneTBB("std::copy_if(par), transform(par)", with_numbers([](const Numbers& v) {
                       Numbers result(v.size());
                       const auto end = std::copy_if(std::execution::par, v.begin(), v.end(), result.begin(), is_even);
                       std::transform(std::execution::par, result.begin(), end, result.begin(), square);
                       result.erase(end, result.end());
                       return result;
                   }));
    contest.alone("sequential push_back", with_numbers(with_push_back));
    contest.alone("sequential, without branches", with_numbers(without_branches));
}

void add_running_sums(int threads) {
    using Sums = std::vector<std::uint64_t>;
    Contest contest("running sums of 20000000 u64", threads,
                    {.items = 2e7, .fingerprint = [] { return fingerprint(*half_even); }});
    static Lazy<Sums> expected([] {
        Sums sums(half_even->size());
        std::partial_sum(half_even->begin(), half_even->end(), sums.begin());
        return sums;
    });
    const auto with_numbers = [](auto scan) {
        return [scan] {
            const Numbers& v = *half_even;
            return timed([&] { return scan(v); }, [](const Sums& answer) { return answer == *expected; });
        };
    };
    // The peers write into a vector that stands ready.
    const auto into_vector = [with_numbers](auto scan) {
        return with_numbers([scan](const Numbers& v) {
            Sums sums(v.size());
            scan(v, sums);
            return sums;
        });
    };
    contest.ours("grainscope inclusive_scan.collect", with_numbers([](const Numbers& v) {
                     return par_iter(v).inclusive_scan(std::plus<>()).template collect<std::vector>();
                 }));
    contest.oneTBB("oneTBB parallel_scan", into_vector([](const Numbers& v, Sums& sums) {
                       tbb::parallel_scan(
                           tbb::blocked_range<std::size_t>(0, v.size()), std::uint64_t{0},
                           [&](const tbb::blocked_range<std::size_t>& block, std::uint64_t sum, bool is_final) {
                               for (std::size_t i = block.begin(); i < block.end(); ++i) {
                                   sum += v[i];
                                   if (is_final) sums[i] = sum;
                               }
                               return sum;
                           },
                           std::plus<>());
                   }));
    contest.oneTBB("std::inclusive_scan(par)", into_vector([](const Numbers& v, Sums& sums) {
                       std::inclusive_scan(std::execution::par, v.begin(), v.end(), sums.begin());
                   }));
    contest.oneTBB("std::inclusive_scan(par_unseq)", into_vector([](const Numbers& v, Sums& sums) {
                       std::inclusive_scan(std::execution::par_unseq, v.begin(), v.end(), sums.begin());
                   }));
    contest.libgomp("libgomp partial_sum", into_vector([](const Numbers& v, Sums& sums) {
                        __gnu_parallel::partial_sum(v.begin(), v.end(), sums.begin());
                    }));
    contest.alone("sequential partial_sum", into_vector([](const Numbers& v, Sums& sums) {
                      std::partial_sum(v.begin(), v.end(), sums.begin());
                  }));
}

}  // namespace

void add_collections(int threads) {
    add_filter_map(threads);
    add_running_sums(threads);
}

}  // namespace grainscope::bench
