#include <grainscope/study/models.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

namespace grainscope::study {
namespace {

std::size_t distinct_thread_counts(std::span<const SpeedupPoint> points) {
    std::set<double> counts;
    for (const SpeedupPoint& point : points) counts.insert(point.threads);
    return counts.size();
}

// -- the universal scalability law as f(N; λ, σ, κ) ------------------------------------------------------------------

constexpr std::size_t parameter_count = 3;
using Vector = std::array<double, parameter_count>;  // λ, σ, κ
using Matrix = std::array<Vector, parameter_count>;
using Free = std::array<bool, parameter_count>;

double denominator(const Vector& p, double n) { return 1 + p[1] * (n - 1) + p[2] * n * (n - 1); }
double value(const Vector& p, double n) { return p[0] * n / denominator(p, n); }

Vector gradient(const Vector& p, double n) {
    const double d = denominator(p, n);
    return {n / d, -p[0] * n * (n - 1) / (d * d), -p[0] * n * n * (n - 1) / (d * d)};
}

Vector within_bounds(Vector p) {
    p[0] = std::max(p[0], 1e-12);
    p[1] = std::clamp(p[1], 0.0, 1.0);
    p[2] = std::max(p[2], 0.0);
    return p;
}

double squared_error(const Vector& p, std::span<const SpeedupPoint> points) {
    double sum = 0;
    for (const SpeedupPoint& point : points) {
        const double difference = point.speedup - value(p, point.threads);
        sum += difference * difference;
    }
    return sum;
}

/// Solves a·x = b by elimination with pivoting. A singular system leaves zeros, which the damping of the caller
/// repairs.
Vector solve(Matrix a, Vector b) {
    for (std::size_t column = 0; column < parameter_count; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column + 1; row < parameter_count; ++row) {
            if (std::abs(a[row][column]) > std::abs(a[pivot][column])) pivot = row;
        }
        if (std::abs(a[pivot][column]) < std::numeric_limits<double>::min()) return {};
        std::swap(a[column], a[pivot]);
        std::swap(b[column], b[pivot]);
        for (std::size_t row = column + 1; row < parameter_count; ++row) {
            const double factor = a[row][column] / a[column][column];
            for (std::size_t k = column; k < parameter_count; ++k) a[row][k] -= factor * a[column][k];
            b[row] -= factor * b[column];
        }
    }
    Vector x{};
    for (std::size_t row = parameter_count; row-- > 0;) {
        double sum = b[row];
        for (std::size_t k = row + 1; k < parameter_count; ++k) sum -= a[row][k] * x[k];
        x[row] = sum / a[row][row];
    }
    return x;
}

/// Levenberg-Marquardt over the free parameters; the others stay where they are. Steps are projected onto the bounds.
Vector minimise(Vector p, const Free& free, std::span<const SpeedupPoint> points) {
    constexpr int most_steps = 500;
    constexpr double smallest_gain = 1e-15;
    double damping = 1e-3;
    double error = squared_error(p, points);
    for (int step = 0; step < most_steps && damping < 1e12; ++step) {
        Matrix normal{};
        Vector right{};
        for (const SpeedupPoint& point : points) {
            const Vector g = gradient(p, point.threads);
            const double difference = point.speedup - value(p, point.threads);
            for (std::size_t i = 0; i < parameter_count; ++i) {
                if (!free[i]) continue;
                right[i] += g[i] * difference;
                for (std::size_t j = 0; j < parameter_count; ++j) normal[i][j] += free[j] ? g[i] * g[j] : 0.0;
            }
        }
        for (std::size_t i = 0; i < parameter_count; ++i) {
            normal[i][i] = free[i] ? normal[i][i] * (1 + damping) : 1.0;
        }
        const Vector move = solve(normal, right);
        Vector next = p;
        for (std::size_t i = 0; i < parameter_count; ++i) next[i] += move[i];
        next = within_bounds(next);
        const double next_error = squared_error(next, points);
        if (next_error <= error) {
            const bool settled = error - next_error <= smallest_gain * std::max(error, smallest_gain) && step > 0;
            p = next;
            error = next_error;
            damping = std::max(damping / 10, 1e-12);
            if (settled) break;
        } else {
            damping *= 4;
        }
    }
    return p;
}

}  // namespace

double Amdahl::speedup(double threads) const { return 1 / (serial_fraction + (1 - serial_fraction) / threads); }

double UniversalScalability::speedup(double threads) const { return value({lambda, sigma, kappa}, threads); }

std::optional<double> UniversalScalability::peak_threads() const {
    if (kappa <= 0) return std::nullopt;
    return std::sqrt(std::max(0.0, 1 - sigma) / kappa);
}

std::optional<Amdahl> fit_amdahl(std::span<const SpeedupPoint> points) {
    if (distinct_thread_counts(points) < 2) return std::nullopt;
    const auto error = [&](double fraction) {
        double sum = 0;
        for (const SpeedupPoint& point : points) {
            const double difference = point.speedup - Amdahl{fraction}.speedup(point.threads);
            sum += difference * difference;
        }
        return sum;
    };
    // The error has one valley near each point's own fraction and may have several in all, so a scan finds the right
    // one before a golden section descends into it. The scan is denser near 0, where speedups change fastest.
    constexpr int scan = 400;
    const auto fraction_at = [](int i) { return std::pow(std::clamp(i, 0, int{scan}) / double{scan}, 3); };
    int best = 0;
    for (int i = 1; i <= scan; ++i) {
        if (error(fraction_at(i)) < error(fraction_at(best))) best = i;
    }
    double low = fraction_at(best - 1);
    double high = fraction_at(best + 1);
    const double golden = (std::sqrt(5.0) - 1) / 2;
    for (int step = 0; step < 100; ++step) {
        const double left = high - golden * (high - low);
        const double right = low + golden * (high - low);
        if (error(left) <= error(right)) {
            high = right;
        } else {
            low = left;
        }
    }
    const double inside = (low + high) / 2;
    const double scanned = fraction_at(best);
    return Amdahl{error(inside) < error(scanned) ? inside : scanned};  // a bound itself may be the best
}

std::optional<UniversalScalability> fit_universal_scalability(std::span<const SpeedupPoint> points) {
    if (distinct_thread_counts(points) < 3) return std::nullopt;
    double scale = 0;  // speedup a thread of the least loaded point: a first λ
    double fewest = std::numeric_limits<double>::infinity();
    for (const SpeedupPoint& point : points) {
        if (point.threads < fewest) {
            fewest = point.threads;
            scale = point.speedup / point.threads;
        }
    }
    // The bounded minimum is an unbounded one on some face of the box: inside, on σ = 0, σ = 1, κ = 0, or on an edge.
    struct Face {
        Free free;
        double sigma, kappa;
    };
    constexpr std::array faces{
        Face{{true, true, true}, 0.1, 0.001},  Face{{true, true, false}, 0.1, 0.0},
        Face{{true, false, true}, 0.0, 0.001}, Face{{true, false, true}, 1.0, 0.001},
        Face{{true, false, false}, 0.0, 0.0},  Face{{true, false, false}, 1.0, 0.0},
    };
    Vector best{};
    double least = std::numeric_limits<double>::infinity();
    for (const Face& face : faces) {
        const Vector fitted = minimise(within_bounds({scale, face.sigma, face.kappa}), face.free, points);
        const double error = squared_error(fitted, points);
        if (error < least) {
            least = error;
            best = fitted;
        }
    }
    return UniversalScalability{.sigma = best[1], .kappa = best[2], .lambda = best[0], .residual = least};
}

double gustafson_speedup(double serial_fraction, double threads) { return threads - serial_fraction * (threads - 1); }

std::optional<double> karp_flatt(double speedup, double threads) {
    if (threads <= 1 || speedup <= 0) return std::nullopt;
    return (1 / speedup - 1 / threads) / (1 - 1 / threads);
}

}  // namespace grainscope::study
