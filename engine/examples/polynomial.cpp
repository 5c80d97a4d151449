// reduce needs an operation that is associative, no more: it keeps the order of the items. So what looks sequential,
// such as Horner's rule, becomes parallel once it is written as an associative operation on pieces: here a piece of the
// coefficients is its value at x together with the power of x by which whatever follows it is to be multiplied.
//
//     polynomial [degree]
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

constexpr std::uint64_t prime = 998'244'353;  // all arithmetic is modulo this number

struct Piece {
    std::uint64_t value = 0;
    std::uint64_t power = 1;  ///< x to the number of coefficients
};

/// The piece `high` stands behind `low`.
Piece put_together(Piece low, Piece high) {
    return {(low.value + low.power * high.value) % prime, low.power * high.power % prime};
}

/// c[0] + c[1] x + c[2] x² + ...
std::uint64_t evaluate(const std::vector<std::uint64_t>& coefficients, std::uint64_t x) {
    return grainscope::par_iter(coefficients)
        .map([x](std::uint64_t c) {
            return Piece{c, x};
        })
        .reduce([] { return Piece{}; }, put_together)
        .value;
}

std::uint64_t horner(const std::vector<std::uint64_t>& coefficients, std::uint64_t x) {
    std::uint64_t value = 0;
    for (std::size_t i = coefficients.size(); i-- > 0;) value = (value * x + coefficients[i]) % prime;
    return value;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t degree = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    std::vector<std::uint64_t> coefficients;
    for (std::uint64_t i = 0, c = 1; i <= degree; ++i, c = c * 48'271 % 2'147'483'647)
        coefficients.push_back(c % prime);

    for (const std::uint64_t x : {0, 1, 2, 12'345}) {
        const std::uint64_t value = evaluate(coefficients, x);
        std::printf("p(%llu) = %llu\n", static_cast<unsigned long long>(x), static_cast<unsigned long long>(value));
        if (value != horner(coefficients, x)) {
            std::fprintf(stderr, "polynomial: Horner's rule gives another value\n");
            return 1;
        }
    }
    return 0;
}
