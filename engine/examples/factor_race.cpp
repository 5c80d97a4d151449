// Two ways to the same answer, of which nobody knows beforehand which is the shorter: both are tried at the same time
// by spawn_handle, and who arrives first stops the other by a cancellation token, which every parallel iterator listens
// to. Trial division is quick where one factor is small; Fermat's method (1643) where two factors are close to each
// other.
//
//     factor_race [number]
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <grainscope/grainscope.h>

namespace {

using Number = std::uint64_t;

Number root_of(Number n) {
    auto root = static_cast<Number>(std::sqrt(static_cast<double>(n)));
    while (root * root > n) --root;
    while ((root + 1) * (root + 1) <= n) ++root;
    return root;
}

std::optional<Number> by_division(Number n, const grainscope::CancellationToken& token) {
    return grainscope::par_range(Number{2}, root_of(n) + 1).with_cancellation(token).find_any([n](Number d) {
        return n % d == 0;
    });
}

/// n = a² - b² = (a - b)(a + b), for the first a that leaves a square.
std::optional<Number> by_squares(Number n, const grainscope::CancellationToken& token) {
    if (n % 2 == 0) return std::nullopt;
    return grainscope::par_range(root_of(n - 1) + 1, n / 6 + 2)
        .with_cancellation(token)
        .find_map_first([n](Number a) -> std::optional<Number> {
            const Number b = root_of(a * a - n);
            if (b * b != a * a - n || a - b == 1) return std::nullopt;
            return a - b;
        });
}

struct Result {
    std::optional<Number> factor;
    bool was_stopped = false;
};

template <class Method>
auto start(Method method, Number n, const grainscope::CancellationToken& token) {
    return grainscope::spawn_handle([=] {
        try {
            const Result result{method(n, token)};
            if (result.factor) token.cancel();
            return result;
        } catch (const grainscope::Cancelled&) {
            return Result{.factor = std::nullopt, .was_stopped = true};
        }
    });
}

}  // namespace

int main(int argc, char** argv) {
    for (Number n : {Number{1'000'003} * 7, Number{94'906'247} * 94'906'249, Number{999'983}}) {
        if (argc > 1) n = std::strtoull(argv[1], nullptr, 10);
        const grainscope::CancellationToken token;
        auto division = start(by_division, n, token);
        auto squares = start(by_squares, n, token);
        const Result a = division.wait(), b = squares.wait();

        const std::optional<Number> factor = a.factor ? a.factor : b.factor;
        if (factor)
            std::printf("%llu = %llu * %llu, by %s\n", static_cast<unsigned long long>(n),
                        static_cast<unsigned long long>(*factor), static_cast<unsigned long long>(n / *factor),
                        a.factor ? "division" : "squares");
        else
            std::printf("%llu is prime\n", static_cast<unsigned long long>(n));
        if (argc > 1) return 0;
        if (factor.has_value() == (n == 999'983) || (factor && n % *factor != 0)) {
            std::fprintf(stderr, "factor_race: that is wrong\n");
            return 1;
        }
    }
    return 0;
}
