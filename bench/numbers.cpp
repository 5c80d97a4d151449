#include "numbers.h"

#include <grainscope/study/random.h>

#include <algorithm>

namespace grainscope::bench {

namespace {

using study::SplitMix64;

constexpr std::size_t many = 100'000'000;

template <class T, class Make>
std::vector<T> numbers(std::size_t n, std::uint64_t seed, Make make) {
    SplitMix64 random(seed);
    std::vector<T> made(n);
    std::ranges::generate(made, [&] { return make(random); });
    return made;
}

using Vector [[gnu::vector_size(64)]] = double;

Vector load(const double* from) {
    Vector loaded;
    __builtin_memcpy(&loaded, from, sizeof loaded);
    return loaded;
}

constexpr std::size_t lanes = sizeof(Vector) / sizeof(double);

/// What is read goes into registers, and the compiler must believe that somebody wants to know.
void read(std::span<const double> a) {
    Vector s0{}, s1{}, s2{}, s3{};
    for (std::size_t i = 0; i + 4 * lanes <= a.size(); i += 4 * lanes) {
        s0 += load(&a[i]);
        s1 += load(&a[i + lanes]);
        s2 += load(&a[i + 2 * lanes]);
        s3 += load(&a[i + 3 * lanes]);
    }
    s0 += s1 + s2 + s3;
    asm volatile("" ::"m"(s0));
}

void read(std::span<const double> a, std::span<const double> b) {
    Vector s0{}, s1{}, s2{}, s3{};
    for (std::size_t i = 0; i + 2 * lanes <= a.size(); i += 2 * lanes) {
        s0 += load(&a[i]);
        s1 += load(&b[i]);
        s2 += load(&a[i + lanes]);
        s3 += load(&b[i + lanes]);
    }
    s0 += s1 + s2 + s3;
    asm volatile("" ::"m"(s0));
}

}  // namespace

Lazy<std::vector<std::int64_t>> integers([] {
    return numbers<std::int64_t>(many, 1, [](SplitMix64& random) { return static_cast<std::int64_t>(random() >> 20); });
});
Lazy<std::vector<double>> first_numbers([] {
    return numbers<double>(many, 2, [](SplitMix64& random) { return random.uniform() + 0.5; });
});
Lazy<std::vector<double>> second_numbers([] {
    return numbers<double>(many, 3, [](SplitMix64& random) { return random.uniform(); });
});
Lazy<std::vector<std::uint64_t>> half_even([] {
    return numbers<std::uint64_t>(many / 5, 4, [](SplitMix64& random) { return random() >> 40; });
});

void add_read_loop(Contest& contest, std::function<std::span<const double>()> first,
                   std::function<std::span<const double>()> second) {
    const std::size_t threads = static_cast<std::size_t>(contest.threads());
    contest.libgomp(std::string(read_loop), [threads, first = std::move(first), second = std::move(second)] {
        const std::span<const double> a = first();
        const std::span<const double> b = second ? second() : std::span<const double>();
        const auto read_part = [&](std::size_t part) {
            const std::size_t begin = a.size() / threads * part;
            const std::size_t size = part + 1 == threads ? a.size() - begin : a.size() / threads;
            if (b.empty())
                read(a.subspan(begin, size));
            else
                read(a.subspan(begin, size), b.subspan(begin, size));
        };
        const auto read_all = [&] {
#pragma omp parallel for schedule(static, 1)
            for (std::size_t part = 0; part < threads; ++part) read_part(part);
            return true;
        };
        return timed(read_all, [](bool) { return true; });
    });
}

}  // namespace grainscope::bench
