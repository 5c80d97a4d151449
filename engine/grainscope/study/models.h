// Laws of scaling, fitted to measured speedups: what the curve says about the program, and where it would go.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace grainscope::study {

/// One measured point of a scaling curve.
struct SpeedupPoint {
    double threads = 1;
    double speedup = 1;
};

/// S(N) = 1 / (f + (1 - f) / N) (Amdahl 1967).
struct Amdahl {
    double serial_fraction = 0;  ///< f in [0, 1]
    [[nodiscard]] double speedup(double threads) const;
};

/// The Universal Scalability Law, C(N) = λN / (1 + σ(N-1) + κN(N-1)) (Gunther 1993).
struct UniversalScalability {
    double sigma = 0;     ///< contention in [0, 1]
    double kappa = 0;     ///< coherence, ≥ 0
    double lambda = 1;    ///< speedup of one thread, > 0
    double residual = 0;  ///< sum of squared differences from the points
    [[nodiscard]] double speedup(double threads) const;
    /// Where the curve turns, sqrt((1 - σ) / κ); none where it never does (κ = 0).
    [[nodiscard]] std::optional<double> peak_threads() const;
};

/// The fraction that fits best in the sense of least squares. None below two distinct thread counts, or where no point
/// has more than one thread.
[[nodiscard]] std::optional<Amdahl> fit_amdahl(std::span<const SpeedupPoint> points);

/// Bounded non-linear least squares (Levenberg-Marquardt; every combination of bounds that may be active is tried, so
/// that a perfect or a hopeless curve ends on its bound). None below three distinct thread counts.
[[nodiscard]] std::optional<UniversalScalability> fit_universal_scalability(std::span<const SpeedupPoint> points);

/// Scaled speedup N - f(N - 1) of a problem that grows with the machine (Gustafson 1988).
[[nodiscard]] double gustafson_speedup(double serial_fraction, double threads);

/// The serial fraction that one measured speedup implies (Karp and Flatt 1990); none for a single thread. A fraction
/// that grows with the threads speaks of overhead rather than of serial work; below 0 the speedup was more than linear.
[[nodiscard]] std::optional<double> karp_flatt(double speedup, double threads);

}  // namespace grainscope::study
