// A program of another project: joins and sorts with the installed engine.
#include <grainscope/grainscope.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <random>
#include <span>
#include <vector>

namespace {

std::int64_t fib(int n) {
    if (n < 2) return n;
    const auto [a, b] = grainscope::join([n] { return fib(n - 1); }, [n] { return fib(n - 2); });
    return a + b;
}

}  // namespace

int main() {
    if (const std::int64_t answer = fib(20); answer != 6765) {
        std::fprintf(stderr, "fib(20) is 6765, not %lld\n", static_cast<long long>(answer));
        return 1;
    }

    std::mt19937_64 random(1);
    std::vector<std::uint64_t> numbers(200'000);
    std::ranges::generate(numbers, random);
    std::vector<std::uint64_t> expected = numbers;
    std::ranges::sort(expected);

    std::vector<std::uint64_t> merged = numbers;
    grainscope::parallel_quicksort(std::span(numbers), grainscope::QuicksortOptions{.threshold = 128});
    grainscope::parallel_merge_sort(std::span(merged));
    if (numbers != expected || merged != expected) {
        std::fprintf(stderr, "the sorts and std::sort disagree\n");
        return 1;
    }
    std::puts("the installed engine joins and sorts");
    return 0;
}
