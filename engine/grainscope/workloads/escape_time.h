// How soon points leave the Mandelbrot set: the kernel of the workload, and its definition to hold it against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace grainscope::workloads {

/// start + index * step, in two roundings wherever it is asked for.
[[nodiscard]] double point_at(double start, double step, std::size_t index) noexcept;

/// How many of the values z, z² + c, (z² + c)² + c, … from z = 0 lie in the disk |z| <= 2 before the first that does
/// not; `limit` if none of so many leaves it. The definition, written as one reads it.
[[nodiscard]] std::uint32_t escape_time(double x, double y, std::uint32_t limit) noexcept;

/// The same for the points (point_at(x, step, i), y), i = first … first + times.size() - 1, bit for bit: several at
/// once, in vector registers. Takes as long as the slowest of each sixteen neighbours.
void escape_times(double x, double step, double y, std::uint32_t limit, std::size_t first,
                  std::span<std::uint32_t> times) noexcept;

}  // namespace grainscope::workloads
