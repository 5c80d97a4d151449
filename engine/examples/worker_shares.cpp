// broadcast: the same call on every worker, which is how one reaches what belongs to them. Each worker counts in a
// variable of its own thread, without any synchronisation; broadcast collects the counts, in the order of the workers.
//
//     worker_shares [n]
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include <grainscope/grainscope.h>

namespace {

thread_local std::uint64_t bits_counted = 0;

void count_bits(std::uint64_t n) {
    for (; n != 0; n &= n - 1) ++bits_counted;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t n = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500'000;
    grainscope::par_range(std::uint64_t{0}, n).for_each(count_bits);
    const std::vector<std::uint64_t> shares =
        grainscope::broadcast([](grainscope::BroadcastContext) { return std::exchange(bits_counted, 0); });

    std::uint64_t total = 0;
    for (std::size_t worker = 0; worker < shares.size(); ++worker) {
        std::printf("worker %zu counted %llu\n", worker, static_cast<unsigned long long>(shares[worker]));
        total += shares[worker];
    }

    std::uint64_t expected = 0;  // bit by bit: it is set in the upper half of each period
    for (std::uint64_t bit = 1; bit != 0 && bit < n; bit *= 2) {
        const std::uint64_t rest = n % (2 * bit);
        expected += n / (2 * bit) * bit + (rest > bit ? rest - bit : 0);
    }
    if (total != expected || shares.size() != grainscope::current_num_threads()) {
        std::fprintf(stderr, "worker_shares: there are %llu bits\n", static_cast<unsigned long long>(expected));
        return 1;
    }
    return 0;
}
