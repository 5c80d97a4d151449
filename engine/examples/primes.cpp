// flat_map_iter: each item becomes many, in order. The sieve of Eratosthenes, by segments that fit the cache: with the
// primes up to the root of n at hand, each segment can be sieved alone, and its primes follow those of the one before.
// Bays, Hudson: "The Segmented Sieve of Eratosthenes and Primes in Arithmetic Progressions to 10^12" (1977).
//
//     primes [n]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

using Numbers = std::vector<std::uint64_t>;

/// The primes in [first, last), by crossing out the multiples of `divisors`, all primes up to the root of last.
Numbers sieve(std::uint64_t first, std::uint64_t last, const Numbers& divisors) {
    std::vector<char> crossed(last - first, 0);
    for (const std::uint64_t p : divisors) {
        const std::uint64_t start = std::max(p * p, (first + p - 1) / p * p);
        for (std::uint64_t multiple = start; multiple < last; multiple += p) crossed[multiple - first] = 1;
    }
    Numbers primes;
    for (std::uint64_t n = std::max<std::uint64_t>(first, 2); n < last; ++n)
        if (crossed[n - first] == 0) primes.push_back(n);
    return primes;
}

/// All primes below n.
Numbers primes_below(std::uint64_t n) {
    constexpr std::uint64_t segment = 32 * 1024;
    if (n <= 4) return sieve(0, n, {});
    std::uint64_t root = 2;
    while (root * root < n) ++root;
    const Numbers divisors = primes_below(root);
    return grainscope::par_range(std::uint64_t{0}, (n + segment - 1) / segment)
        .flat_map_iter([&](std::uint64_t i) { return sieve(i * segment, std::min(n, (i + 1) * segment), divisors); })
        .collect<std::vector>();
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t n = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    const Numbers primes = primes_below(n);
    std::printf("%zu primes below %llu\n", primes.size(), static_cast<unsigned long long>(n));

    Numbers expected;
    std::vector<char> crossed(n, 0);
    for (std::uint64_t p = 2; p < n; ++p) {
        if (crossed[p] != 0) continue;
        expected.push_back(p);
        for (std::uint64_t multiple = p * p; multiple < n; multiple += p) crossed[multiple] = 1;
    }
    if (primes != expected) {
        std::fprintf(stderr, "primes: the plain sieve finds others\n");
        return 1;
    }
    return 0;
}
