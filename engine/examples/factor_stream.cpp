// par_bridge: a source that can only be read one item after the other, such as a stream, for work that takes much
// longer than reading. Each worker takes the next number under a lock and factors it outside. The order is lost on the
// way, so each answer carries the number that it belongs to.
//
//     factor_stream [-]     with "-" the numbers come from standard input
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <map>
#include <ranges>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

using Number = std::uint64_t;
using Factors = std::vector<Number>;

std::pair<Number, Factors> factor(Number number) {
    Factors factors;
    Number rest = number;
    for (Number p = 2; p * p <= rest; ++p)
        for (; rest % p == 0; rest /= p) factors.push_back(p);
    if (rest > 1) factors.push_back(rest);
    return {number, factors};
}

}  // namespace

int main(int argc, char** argv) {
    std::stringstream made_up;
    for (Number i = 1; i <= 200; ++i) made_up << i * i * 1'000'003 + i << '\n';
    std::istream& input = argc > 1 && std::string_view(argv[1]) == "-" ? std::cin : made_up;

    const auto factored =
        grainscope::par_bridge(std::views::istream<Number>(input)).map(factor).collect<std::map<Number, Factors>>();

    for (const auto& [number, factors] : factored) {
        std::printf("%llu:", static_cast<unsigned long long>(number));
        Number product = 1;
        for (const Number p : factors) {
            std::printf(" %llu", static_cast<unsigned long long>(p));
            product *= p;
        }
        std::puts("");
        if (number > 0 && product != number) {
            std::fprintf(stderr, "factor_stream: multiplied again they give %llu\n",
                         static_cast<unsigned long long>(product));
            return 1;
        }
    }
    if (&input == &made_up && factored.size() != 200) {
        std::fprintf(stderr, "factor_stream: 200 numbers went in, %zu came out\n", factored.size());
        return 1;
    }
    return 0;
}
