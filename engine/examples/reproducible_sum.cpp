// Floating-point addition is not associative: a parallel sum depends, in its last digits, on where the work was cut.
// reproducible_sum adds in a fixed order, whoever adds: the same bits on one thread and on four, today and tomorrow.
// Also: pools of one's own, and install, which runs a closure and all that is parallel in it on one of them.
//
//     reproducible_sum [n]
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <vector>

#include <grainscope/grainscope.h>

int main(int argc, char** argv) {
    const std::size_t n = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 300'000;
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> spread(0, 4);
    std::vector<double> numbers(n);
    for (double& number : numbers) number = spread(random);

    std::set<std::uint64_t> reproduced;  // the bits of the sums
    double any_order = 0, fixed_order = 0;
    for (const std::size_t threads : {1, 2, 3, 4}) {
        grainscope::ThreadPool pool = grainscope::ThreadPoolBuilder().num_threads(threads).build();
        pool.install([&] {
            any_order = grainscope::par_iter(numbers).sum();
            fixed_order = grainscope::par_iter(numbers).reproducible_sum();
        });
        reproduced.insert(std::bit_cast<std::uint64_t>(fixed_order));
        std::printf("%zu threads: sum %.17g, reproducible_sum %.17g\n", threads, any_order, fixed_order);
    }

    long double expected = 0;
    for (const double number : numbers) expected += number;
    const auto is_close = [&](double sum) { return std::abs(sum - expected) <= 1e-12L * expected; };
    if (reproduced.size() != 1 || !is_close(fixed_order) || !is_close(any_order)) {
        std::fprintf(stderr, "reproducible_sum: %zu different sums; with more digits it is %.17Lg\n", reproduced.size(),
                     expected);
        return 1;
    }
    return 0;
}
