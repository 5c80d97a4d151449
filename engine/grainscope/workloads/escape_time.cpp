#include <grainscope/workloads/escape_time.h>

#include <algorithm>

// A product and a sum in one rounding would tell one loop's result from the other's: points at the edge of the set
// carry the last bit to the first.
#pragma GCC optimize("fp-contract=off")

namespace grainscope::workloads {

namespace {

constexpr std::size_t lanes = 16;
/// Iterations between two looks whether any lane is still inside.
constexpr std::uint32_t stride = 8;

/// `lanes` neighbours. Lanes that have left go on, to infinity and NaN, which is inside no disk.
void escape_times_of_lanes(const double* cx, double cy, std::uint32_t limit, std::uint32_t* times) noexcept {
    double x[lanes] = {};
    double y[lanes] = {};
    double count[lanes] = {};  // whole numbers, in the width that the comparison has
    for (std::uint32_t done = 0; done < limit;) {
        const std::uint32_t until = std::min(limit, done + stride);
        for (; done < until; ++done) {
            for (std::size_t i = 0; i < lanes; ++i) {
                const double x2 = x[i] * x[i];
                const double y2 = y[i] * y[i];
                const double xy = x[i] * y[i];
                count[i] += x2 + y2 <= 4.0 ? 1.0 : 0.0;
                x[i] = (x2 - y2) + cx[i];
                y[i] = (xy + xy) + cy;
            }
        }
        bool any_inside = false;
        for (std::size_t i = 0; i < lanes; ++i) any_inside |= x[i] * x[i] + y[i] * y[i] <= 4.0;
        if (!any_inside) break;
    }
    for (std::size_t i = 0; i < lanes; ++i) times[i] = static_cast<std::uint32_t>(count[i]);
}

}  // namespace

double point_at(double start, double step, std::size_t index) noexcept {
    return start + static_cast<double>(index) * step;
}

std::uint32_t escape_time(double x, double y, std::uint32_t limit) noexcept {
    double re = 0, im = 0;
    std::uint32_t time = 0;
    while (time < limit && re * re + im * im <= 4.0) {
        const double product = re * im;
        re = (re * re - im * im) + x;
        im = (product + product) + y;
        ++time;
    }
    return time;
}

void escape_times(double x, double step, double y, std::uint32_t limit, std::size_t first,
                  std::span<std::uint32_t> times) noexcept {
    double cx[lanes];
    std::uint32_t found[lanes];
    for (std::size_t at = 0; at < times.size(); at += lanes) {
        // What lies behind the end repeats the last point: it must not be slower than the rest.
        for (std::size_t i = 0; i < lanes; ++i) cx[i] = point_at(x, step, first + std::min(at + i, times.size() - 1));
        escape_times_of_lanes(cx, y, limit, found);
        std::copy_n(found, std::min(lanes, times.size() - at), times.begin() + static_cast<std::ptrdiff_t>(at));
    }
}

}  // namespace grainscope::workloads
