// Pipelines allocate nothing for a stage and nothing for an item. A program of its own: it replaces operator new.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <new>
#include <optional>
#include <ranges>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "iter_reference.h"

namespace {
std::atomic<std::size_t> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
    ++allocations;
    const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
    if (void* const memory = std::aligned_alloc(alignment, rounded > 0 ? rounded : alignment)) return memory;
    throw std::bad_alloc();
}
/// Not inlined, or the compiler takes free() for what does not belong to new.
[[gnu::noinline]] void released(void* memory) noexcept { std::free(memory); }
}  // namespace

void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { released(memory); }
void operator delete[](void* memory) noexcept { released(memory); }
void operator delete(void* memory, std::size_t) noexcept { released(memory); }
void operator delete[](void* memory, std::size_t) noexcept { released(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { released(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { released(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { released(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { released(memory); }

namespace grainscope {
namespace {

using namespace iter_testing;

/// What `work` allocates in a pool that has run it before, on whichever thread.
std::size_t allocated_by(std::size_t threads, const std::function<void()>& work) {
    std::size_t count = 0;
    run_in(threads, [&] {
        work();
        const std::size_t before = allocations;
        work();
        count = allocations - before;
    });
    return count;
}

/// Runs `pipeline` over numbers of several sizes in every pool, and allows so many allocations.
void allocates_at_most(std::size_t allowed, const char* name, const std::function<void(const Numbers&)>& pipeline) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{1'000}, std::size_t{100'003}}) {
        const Numbers numbers = numbers_of(size);
        for (const std::size_t threads : thread_counts)
            EXPECT_LE(allocated_by(threads, [&] { pipeline(numbers); }), allowed)
                << name << " of " << size << " numbers in " << threads << " threads";
    }
}

volatile std::int64_t sink = 0;
template <class T>
void keep(const T& value) {
    if constexpr (requires { static_cast<std::int64_t>(value); })
        sink = static_cast<std::int64_t>(value);
    else
        sink = static_cast<std::int64_t>(value.has_value());
}
const auto is_odd = [](std::int64_t x) { return x % 2 != 0; };
const auto add = [](std::int64_t a, std::int64_t b) { return a + b; };
const auto zero = [] { return std::int64_t{0}; };

TEST(IterAllocations, NoneForAdaptors) {
    allocates_at_most(0, "sum", [](const Numbers& n) { keep(par_iter(n).sum()); });
    allocates_at_most(0, "map, filter, filter_map", [](const Numbers& n) {
        keep(par_iter(n)
                 .map([](auto x) { return 2 * x; })
                 .filter(is_odd)
                 .filter_map([](auto x) { return std::optional(x); })
                 .sum());
    });
    allocates_at_most(0, "enumerate, rev, skip, take, step_by", [](const Numbers& n) {
        keep(par_iter(n)
                 .enumerate()
                 .rev()
                 .skip(1)
                 .take(10'000)
                 .step_by(2)
                 .map([](std::size_t i, auto x) { return static_cast<std::int64_t>(i) + x; })
                 .sum());
    });
    allocates_at_most(0, "zip, chain, interleave", [](const Numbers& n) {
        keep(par_iter(n).zip(n).map(add).chain(par_iter(n).copied().interleave(par_iter(n).copied())).sum());
    });
    allocates_at_most(0, "flat_map", [](const Numbers& n) {
        keep(par_iter(n)
                 .take(5'000)
                 .flat_map([](auto x) { return repeat_n(x, 3); })
                 .flat_map_iter([](auto x) { return std::views::iota(x, x + 2); })
                 .sum());
    });
    allocates_at_most(0, "fold, fold_chunks, inspect, map_init", [](const Numbers& n) {
        keep(par_iter(n)
                 .inspect([](auto) {})
                 .map_init(zero, [](auto& zero_of_mine, auto x) { return x + zero_of_mine; })
                 .fold_chunks(3, zero, add)
                 .fold(zero, add)
                 .sum());
    });
    allocates_at_most(0, "cuts and cancellation", [token = CancellationToken()](const Numbers& n) {
        keep(par_iter(n).with_max_len(100).with_grain(10).with_min_len(2).with_cancellation(token).sum());
    });
    allocates_at_most(0, "take_any, while_some, blocks", [](const Numbers& n) {
        keep(par_iter(n)
                 .by_uniform_blocks(1'000)
                 .take_any(5'000)
                 .map([](auto x) { return std::optional(x); })
                 .while_some()
                 .sum());
    });
}

TEST(IterAllocations, NoneForConsumers) {
    allocates_at_most(0, "for_each", [](const Numbers& n) { par_iter(n).for_each([](auto) {}); });
    allocates_at_most(
        0, "reduce", [](const Numbers& n) { keep(par_iter(n).reduce(zero, add)), keep(par_iter(n).reduce_with(add)); });
    allocates_at_most(0, "min, max", [](const Numbers& n) {
        keep(par_iter(n).min()), keep(par_iter(n).max_by_key([](auto x) { return -x; }));
    });
    allocates_at_most(0, "find", [](const Numbers& n) {
        keep(par_iter(n).find_first(is_odd)), keep(par_iter(n).find_any(is_odd)), keep(par_iter(n).find_last(is_odd)),
            keep(par_iter(n).position_first(is_odd));
    });
    allocates_at_most(0, "any, all, try_for_each", [](const Numbers& n) {
        keep(par_iter(n).any(is_odd)), keep(par_iter(n).all(is_odd)),
            keep(par_iter(n).try_for_each([](auto x) { return std::optional(x); }));
    });
    allocates_at_most(0, "eq, is_sorted",
                      [](const Numbers& n) { keep(par_iter(n).eq(n)), keep(par_iter(n).is_sorted()); });
}

TEST(IterAllocations, NoneForSourcesThatOnlyLook) {
    const std::string text = "to be\nor not\nto be\n";
    allocates_at_most(0, "slices", [](const Numbers& n) {
        keep(par_chunks(n, 7).count() + par_windows(n, 3).count() + par_rchunks(n, 5).count());
    });
    allocates_at_most(0, "texts", [&](const Numbers&) {
        keep(par_lines(text).count() + par_split_whitespace(text).count() + par_bytes(text).count());
    });
    allocates_at_most(0, "cuts by a predicate", [](const Numbers& n) {
        keep(par_split(n, is_odd).count() + par_chunk_by(n, std::less<>()).count());
    });
    allocates_at_most(0, "numbers", [](const Numbers& n) {
        keep(par_range(std::size_t{0}, n.size()).sum() + repeat_n(std::size_t{1}, n.size()).sum());
    });
    Numbers own(100'003);
    allocates_at_most(0, "mutable", [&](const Numbers&) { par_iter_mut(own).for_each([](auto& x) { ++x; }); });
}

TEST(IterAllocations, OneForAVectorOfKnownLength) {
    allocates_at_most(1, "collect", [](const Numbers& n) {
        keep(par_iter(n).map([](auto x) { return x + 1; }).collect<Numbers>().size());
    });
    Numbers room(200'000);
    allocates_at_most(0, "collect_into", [&](const Numbers& n) { par_iter(n).collect_into(room); });
    allocates_at_most(2, "par_bridge", [](const Numbers& n) { keep(par_bridge(n).sum()); });
    allocates_at_most(2, "into_par_iter", [](const Numbers& n) { keep(into_par_iter(Numbers(n)).sum()); });
}

TEST(IterAllocations, NoneAnItemWhereTheLengthIsUnknown) {
    // Each piece has a vector that doubles; there are as many pieces as somebody waited for.
    const Numbers numbers = numbers_of(100'003);
    for (const std::size_t threads : thread_counts) {
        EXPECT_LT(allocated_by(threads, [&] { keep(par_iter(numbers).filter(is_odd).collect<Numbers>().size()); }),
                  5'000U);
        EXPECT_LT(allocated_by(threads, [&] { keep(par_iter(numbers).partition(is_odd).first.size()); }), 5'000U);
    }
}

}  // namespace
}  // namespace grainscope
