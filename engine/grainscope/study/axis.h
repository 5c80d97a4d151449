// What a study varies, as the command line writes it: "threshold=16..65536*2", "pivot=first,ninther", "1,2,4".
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace grainscope::study {

inline constexpr std::size_t most_threads = 1024;

/// One parameter and the values it takes, as text: the workload's description knows their type.
struct Axis {
    std::string name;
    std::vector<std::string> values;
    friend bool operator==(const Axis&, const Axis&) = default;
};

/// A whole number as people write it: "10000000", "1e7", "10M" (k, M, G, T are powers of a thousand).
[[nodiscard]] std::expected<std::int64_t, std::string> parse_count(std::string_view text);

/// "NAME=16..65536" (doubling), "NAME=16..65536*4", "NAME=10..50+10", "NAME=a,b,c". The error is one line that says
/// what would be right. Values repeat nowhere.
[[nodiscard]] std::expected<Axis, std::string> parse_axis(std::string_view text);

/// The bounds of "NAME=LO..HI", for a search that chooses its own steps; 0 < LO < HI.
struct SearchRange {
    std::string name;
    std::int64_t low = 0;
    std::int64_t high = 0;
};
[[nodiscard]] std::expected<SearchRange, std::string> parse_search_range(std::string_view text);

/// One thread count; 0 means one a core and stays 0.
[[nodiscard]] std::expected<std::size_t, std::string> parse_threads(std::string_view text);

/// "1,2,4" or "1..8" (doubling) or "1..4+1".
[[nodiscard]] std::expected<std::vector<std::size_t>, std::string> parse_thread_counts(std::string_view text);

/// low, the powers of two strictly between, high: the first grid of a search for a threshold. 0 < low ≤ high.
[[nodiscard]] std::vector<std::int64_t> log2_grid(std::int64_t low, std::int64_t high);

/// "90s", "2m", "1.5h", "500ms" or plain seconds.
[[nodiscard]] std::expected<double, std::string> parse_seconds(std::string_view text);

}  // namespace grainscope::study
