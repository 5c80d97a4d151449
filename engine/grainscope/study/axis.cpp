#include <grainscope/study/axis.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace grainscope::study {
namespace {

constexpr std::size_t most_values = 1000;
constexpr double most_exact = 9.0e15;  // below 2^53: a double holds every whole number

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::optional<double> parse_real(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

/// "LO..HI", "LO..HI*F", "LO..HI+S".
struct Range {
    std::int64_t low = 0, high = 0, step = 2;
    bool multiply = true;
};

std::expected<Range, std::string> parse_range(std::string_view text) {
    const std::string shape =
        fmt::format("\"{}\" is no range; write LO..HI, LO..HI*FACTOR or LO..HI+STEP, such as 16..65536*2", text);
    const std::size_t dots = text.find("..");
    if (dots == std::string_view::npos) return std::unexpected(shape);
    std::string_view rest = text.substr(dots + 2);
    Range range;
    // A '+' inside an exponent ("1e+6") is no step.
    std::size_t mark = rest.find('*');
    if (mark == std::string_view::npos) {
        mark = rest.find('+');
        if (mark != std::string_view::npos && mark > 0 && (rest[mark - 1] == 'e' || rest[mark - 1] == 'E')) {
            mark = rest.find('+', mark + 1);
        }
    }
    if (mark != std::string_view::npos) {
        range.multiply = rest[mark] == '*';
        const auto step = parse_count(rest.substr(mark + 1));
        if (!step) return std::unexpected(shape);
        range.step = *step;
        rest = rest.substr(0, mark);
    }
    const auto low = parse_count(text.substr(0, dots));
    const auto high = parse_count(rest);
    if (!low || !high) return std::unexpected(shape);
    range.low = *low;
    range.high = *high;
    if (range.low > range.high) {
        return std::unexpected(fmt::format("the range {} runs backwards; write {}..{}", text, range.high, range.low));
    }
    if (range.multiply && (range.step < 2 || range.low < 1)) {
        return std::unexpected(
            fmt::format("the range {} never ends; a factor must be at least 2 and the first value at least 1", text));
    }
    if (!range.multiply && range.step < 1) {
        return std::unexpected(fmt::format("the range {} never ends; a step must be at least 1", text));
    }
    return range;
}

std::expected<std::vector<std::int64_t>, std::string> expand(const Range& range, std::string_view text) {
    std::vector<std::int64_t> values;
    for (std::int64_t value = range.low; value <= range.high;) {
        if (values.size() == most_values) {
            return std::unexpected(
                fmt::format("the range {} has more than {} values; take a larger step", text, most_values));
        }
        values.push_back(value);
        if (range.multiply ? value > range.high / range.step : value > range.high - range.step) break;
        value = range.multiply ? value * range.step : value + range.step;
    }
    return values;
}

std::expected<std::pair<std::string, std::string_view>, std::string> split_name(std::string_view text,
                                                                                std::string_view example) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) {
        return std::unexpected(fmt::format("\"{}\" names no values; write NAME=VALUES, such as {}", text, example));
    }
    return std::pair{std::string(text.substr(0, equals)), text.substr(equals + 1)};
}

}  // namespace

std::expected<std::int64_t, std::string> parse_count(std::string_view text) {
    const std::string wrong = fmt::format("\"{}\" is no whole number; write 10000000, 1e7 or 10M", text);
    std::string_view digits = text;
    double factor = 1;
    if (!digits.empty()) {
        switch (digits.back()) {
            case 'k':
            case 'K':
                factor = 1e3;
                break;
            case 'M':
                factor = 1e6;
                break;
            case 'G':
                factor = 1e9;
                break;
            case 'T':
                factor = 1e12;
                break;
            default:
                break;
        }
    }
    if (factor > 1) digits.remove_suffix(1);
    if (std::int64_t whole = 0; factor == 1) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
        if (error == std::errc{} && end == digits.data() + digits.size()) return whole;
    }
    const std::optional<double> value = parse_real(digits);
    if (!value) return std::unexpected(wrong);
    const double scaled = *value * factor;
    if (scaled != std::floor(scaled) || std::abs(scaled) > most_exact) return std::unexpected(wrong);
    return static_cast<std::int64_t>(scaled);
}

std::expected<Axis, std::string> parse_axis(std::string_view text) {
    const auto parts = split_name(text, "threshold=16..65536*2");
    if (!parts) return std::unexpected(parts.error());
    Axis axis{.name = parts->first, .values = {}};
    if (parts->second.find("..") != std::string_view::npos) {
        const auto range = parse_range(parts->second);
        if (!range) return std::unexpected(range.error());
        const auto values = expand(*range, parts->second);
        if (!values) return std::unexpected(values.error());
        for (std::int64_t value : *values) axis.values.push_back(std::to_string(value));
        return axis;
    }
    for (std::string_view value : split(parts->second, ',')) {
        if (value.empty()) return std::unexpected(fmt::format("\"{}\" has an empty value; write NAME=A,B,C", text));
        if (std::find(axis.values.begin(), axis.values.end(), value) == axis.values.end())
            axis.values.emplace_back(value);
    }
    if (axis.values.size() > most_values) {
        return std::unexpected(fmt::format("{} has more than {} values", axis.name, most_values));
    }
    return axis;
}

std::expected<SearchRange, std::string> parse_search_range(std::string_view text) {
    const auto parts = split_name(text, "threshold=16..65536");
    if (!parts) return std::unexpected(parts.error());
    const auto range = parse_range(parts->second);
    if (!range) return std::unexpected(range.error());
    if (range->low < 1 || range->low == range->high) {
        return std::unexpected(
            fmt::format("a search needs a range with two ends above 0, such as 16..65536, not {}", parts->second));
    }
    return SearchRange{parts->first, range->low, range->high};
}

std::expected<std::size_t, std::string> parse_threads(std::string_view text) {
    const auto count = parse_count(text);
    if (!count || *count < 0 || *count > static_cast<std::int64_t>(most_threads)) {
        return std::unexpected(fmt::format("threads must be 0 (one a core) to 1,024, not {}", text));
    }
    return static_cast<std::size_t>(*count);
}

std::expected<std::vector<std::size_t>, std::string> parse_thread_counts(std::string_view text) {
    std::vector<std::size_t> counts;
    const auto add = [&](std::size_t count) {
        if (std::find(counts.begin(), counts.end(), count) == counts.end()) counts.push_back(count);
    };
    if (text.find("..") != std::string_view::npos) {
        const auto range = parse_range(text);
        if (!range) return std::unexpected(range.error());
        for (const std::int64_t end : {range->low, range->high}) {
            if (const auto valid = parse_threads(std::to_string(end)); !valid) return std::unexpected(valid.error());
        }
        const auto values = expand(*range, text);
        if (!values) return std::unexpected(values.error());
        for (std::int64_t value : *values) add(static_cast<std::size_t>(value));
        return counts;
    }
    for (std::string_view part : split(text, ',')) {
        const auto count = parse_threads(part);
        if (!count) return std::unexpected(count.error());
        add(*count);
    }
    return counts;
}

std::vector<std::int64_t> log2_grid(std::int64_t low, std::int64_t high) {
    std::vector<std::int64_t> grid{low};
    for (std::int64_t power = 1; power < high; power *= 2) {
        if (power > low) grid.push_back(power);
        if (power > high / 2) break;
    }
    if (high > low) grid.push_back(high);
    return grid;
}

std::expected<double, std::string> parse_seconds(std::string_view text) {
    std::string_view digits = text;
    double unit = 1;
    constexpr std::pair<std::string_view, double> units[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
    for (const auto& [suffix, seconds] : units) {
        if (digits.ends_with(suffix)) {
            digits.remove_suffix(suffix.size());
            unit = seconds;
            break;
        }
    }
    const std::optional<double> value = parse_real(digits);
    if (!value || *value <= 0) {
        return std::unexpected(fmt::format("\"{}\" is no time; write 60s, 500ms, 2m or 1h", text));
    }
    return *value * unit;
}

}  // namespace grainscope::study
