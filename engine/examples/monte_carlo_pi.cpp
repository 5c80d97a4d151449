// Random numbers in parallel, and yet the same answer every time: not each thread has a generator, but each block of
// throws has one, seeded with the block's number. Who runs which block then makes no difference.
// The generator is splitmix64: Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014).
//
//     monte_carlo_pi [blocks]
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numbers>

#include <grainscope/iter/iter.h>

namespace {

class SplitMix64 {
  public:
    explicit SplitMix64(std::uint64_t seed) : state_(seed * 0xbf58476d1ce4e5b9U) {}
    /// In [0, 1).
    double next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }

  private:
    std::uint64_t state_;
};

constexpr unsigned throws_a_block = 1000;

/// How many of a block's throws at the unit square hit the quarter circle.
std::uint64_t hits(std::uint64_t block) {
    SplitMix64 random(block);
    std::uint64_t inside = 0;
    for (unsigned i = 0; i < throws_a_block; ++i) {
        const double x = random.next(), y = random.next();
        if (x * x + y * y < 1) ++inside;
    }
    return inside;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t blocks = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2000;
    const std::uint64_t inside = grainscope::par_range(std::uint64_t{0}, blocks).map(hits).sum();
    const double throws = static_cast<double>(blocks) * throws_a_block;
    const double pi = 4 * static_cast<double>(inside) / throws;
    std::printf("pi is about %.6f, by %.0f throws\n", pi, throws);

    std::uint64_t expected = 0;
    for (std::uint64_t block = 0; block < blocks; ++block) expected += hits(block);
    const double six_deviations = 6 * 1.642 / std::sqrt(throws);
    if (inside != expected || std::abs(pi - std::numbers::pi) > six_deviations) {
        std::fprintf(stderr, "monte_carlo_pi: one thread counts %llu hits, many %llu\n",
                     static_cast<unsigned long long>(expected), static_cast<unsigned long long>(inside));
        return 1;
    }
    return 0;
}
