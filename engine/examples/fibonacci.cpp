// join: two calls that may run at the same time, and their two results. Nobody needs Fibonacci numbers this way, but no
// program forks more often for less work, so it shows what a fork costs when no worker comes for it: about two calls.
// After Frigo, Leiserson, Randall: "The Implementation of the Cilk-5 Multithreaded Language" (PLDI 1998).
//
//     fibonacci [n]
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <grainscope/runtime/join.h>

namespace {

std::uint64_t fib(unsigned long n) {
    if (n < 2) return n;
    const auto [a, b] = grainscope::join([n] { return fib(n - 1); }, [n] { return fib(n - 2); });
    return a + b;
}

std::uint64_t fib_by_adding(unsigned long n) {
    std::uint64_t here = 0, next = 1;
    for (; n > 0; --n) {
        const std::uint64_t sum = here + next;
        here = next;
        next = sum;
    }
    return here;
}

}  // namespace

int main(int argc, char** argv) {
    const unsigned long n = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 25;
    const std::uint64_t answer = fib(n);
    std::printf("fib(%lu) = %llu\n", n, static_cast<unsigned long long>(answer));

    if (answer != fib_by_adding(n)) {
        std::fprintf(stderr, "fibonacci: adding up gives another number\n");
        return 1;
    }
    return 0;
}
