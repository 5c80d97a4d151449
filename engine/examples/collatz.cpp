// Work that nobody can foresee: the length of a Collatz chain jumps from number to number. The iterators cut the range
// only when a worker has nothing to do, so uneven work needs no tuning. max_by_key keeps the item, not only the key.
// Lagarias: "The 3x+1 Problem and Its Generalizations" (1985).
//
//     collatz [n]
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <grainscope/iter/iter.h>

namespace {

/// How many steps lead from n to 1, halving what is even and making 3n + 1 of what is odd.
unsigned steps_to_one(std::uint64_t n) {
    unsigned steps = 0;
    for (; n != 1; ++steps) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    return steps;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t n = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
    const auto longest = grainscope::par_range(std::uint64_t{1}, n).max_by_key(steps_to_one);
    if (!longest) {
        std::puts("there is no number from 1 on below that");
        return 0;
    }
    std::printf("the longest way below %llu starts at %llu: %u steps\n", static_cast<unsigned long long>(n),
                static_cast<unsigned long long>(*longest), steps_to_one(*longest));

    std::uint64_t expected = 1;  // of equally long ways, max gives the last
    for (std::uint64_t i = 2; i < n; ++i)
        if (steps_to_one(i) >= steps_to_one(expected)) expected = i;
    if (*longest != expected) {
        std::fprintf(stderr, "collatz: the sequential search finds %llu\n", static_cast<unsigned long long>(expected));
        return 1;
    }
    return 0;
}
