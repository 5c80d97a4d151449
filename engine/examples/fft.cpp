// join on a recursion whose halves are separate by nature: the fast Fourier transform takes the even and the odd
// samples apart, transforms both at the same time, and puts them together. Short transforms are not worth a fork.
// Cooley, Tukey: "An Algorithm for the Machine Calculation of Complex Fourier Series" (1965).
//
//     fft [log2 of the number of samples]
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <span>
#include <vector>

#include <grainscope/runtime/join.h>

namespace {

using Complex = std::complex<double>;

Complex root_of_unity(std::size_t k, std::size_t n) {
    return std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
}

/// Transforms samples[0], samples[stride], samples[2 stride], ... into `out`, whose size is a power of two.
void transform(const Complex* samples, std::size_t stride, std::span<Complex> out) {
    const std::size_t n = out.size();
    if (n == 1) {
        out[0] = samples[0];
        return;
    }
    const std::span<Complex> even = out.first(n / 2), odd = out.last(n / 2);
    const auto transform_even = [&] { transform(samples, 2 * stride, even); };
    const auto transform_odd = [&] { transform(samples + stride, 2 * stride, odd); };
    if (n > 512) {
        grainscope::join(transform_even, transform_odd);
    } else {
        transform_even();
        transform_odd();
    }
    for (std::size_t k = 0; k < n / 2; ++k) {
        const Complex turned = root_of_unity(k, n) * odd[k];
        odd[k] = even[k] - turned;
        even[k] += turned;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t n = std::size_t{1} << (argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 14);
    std::vector<Complex> samples(n), spectrum(n);
    for (std::size_t i = 0; i < n; ++i) samples[i] = static_cast<double>(i * i % 101);  // a signal with some structure
    transform(samples.data(), 1, spectrum);
    std::printf("%zu samples; their mean is %.6f\n", n, spectrum[0].real() / static_cast<double>(n));

    for (std::size_t k = 0; k < n; k += 1 + n / 16) {  // the definition, for some frequencies
        Complex expected = 0;
        for (std::size_t i = 0; i < n; ++i) expected += samples[i] * root_of_unity(i * k % n, n);
        if (std::abs(spectrum[k] - expected) > 1e-9 * static_cast<double>(n) * 100) {
            std::fprintf(stderr, "fft: frequency %zu is wrong\n", k);
            return 1;
        }
    }
    return 0;
}
