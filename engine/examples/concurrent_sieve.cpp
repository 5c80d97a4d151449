// The sieve of Eratosthenes as a chain of filters: each prime has a thread that lets through what it does not divide,
// to the next one over a channel. Hardly the way to find primes, but a good way to see what channels are for: the chain
// grows while it runs, full channels slow the fast links down, and closing the first one ends them all, one after the
// other. After Hoare, "Communicating Sequential Processes" (CACM 21, 1978), and the Go tutorial.
//
//     concurrent_sieve [count]
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <grainscope/grainscope.h>

namespace {

std::vector<int> first_primes(std::size_t count) {
    std::vector<int> primes;
    std::vector<std::jthread> links;
    auto [numbers, source] = grainscope::bounded<int>(16);
    // Ends by itself: once nobody receives, send says so.
    links.emplace_back([numbers = std::move(numbers)] {
        for (int n = 2; numbers.send(n); ++n) continue;
    });
    grainscope::Receiver<int> rest = std::move(source);
    while (primes.size() < count) {
        const int prime = rest.recv().value();
        primes.push_back(prime);
        auto [through, next] = grainscope::bounded<int>(16);
        links.emplace_back([prime, in = std::move(rest), through = std::move(through)] {
            for (const int n : in)
                if (n % prime != 0 && !through.send(n)) return;
        });
        rest = std::move(next);
    }
    rest.reset();
    return primes;
}

bool is_prime(int n) {
    for (int d = 2; d * d <= n; ++d)
        if (n % d == 0) return false;
    return n > 1;
}

}  // namespace

int main(int argc, char** argv) {
    const auto count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 30;
    const std::vector<int> primes = first_primes(count);
    for (const int prime : primes) std::printf("%d ", prime);
    std::printf("\n");
    std::vector<int> right;
    for (int n = 2; right.size() < count; ++n)
        if (is_prime(n)) right.push_back(n);
    if (primes != right) {
        std::fprintf(stderr, "concurrent_sieve: that is wrong\n");
        return 1;
    }
    return 0;
}
