#include "app/cli/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

namespace grainscope::cli {
namespace {

/// Three significant digits without an exponent.
std::string three_digits(double value) {
    const double size = std::abs(value);
    return fmt::format("{:.{}f}", value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

struct Unit {
    double size;
    const char* name;
};

std::string with_unit(double value, std::string_view unit) {
    return unit.empty() ? three_digits(value) : fmt::format("{} {}", three_digits(value), unit);
}

template <std::size_t n>
std::string in_units(double value, const std::array<Unit, n>& units) {
    for (const Unit& unit : units) {
        if (value >= unit.size * 0.9995) return with_unit(value / unit.size, unit.name);
    }
    return with_unit(value / units.back().size, units.back().name);
}

/// Characters on the screen: UTF-8 without its continuation bytes, and without escape sequences.
std::size_t width(std::string_view text) {
    std::size_t columns = 0;
    bool escape = false;
    for (const char c : text) {
        if (c == '\x1b') escape = true;
        if (!escape && (static_cast<unsigned char>(c) & 0xc0U) != 0x80U) ++columns;
        if (escape && c == 'm') escape = false;
    }
    return columns;
}

}  // namespace

std::string duration(double ns) {
    static constexpr std::array units{Unit{1e9, "s"}, Unit{1e6, "ms"}, Unit{1e3, "µs"}, Unit{1, "ns"}};
    return in_units(ns, units);
}

std::string duration(const std::optional<double>& ns) { return ns ? duration(*ns) : unknown_text; }

std::string duration_interval(const std::optional<study::Interval>& interval) {
    if (!interval) return unknown_text;
    return fmt::format("[{}, {}]", duration(interval->low), duration(interval->high));
}

std::string count(double value) {
    std::string digits = fmt::format("{:.0f}", value);
    const std::size_t first = digits.starts_with('-') ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) {
        at -= 3;
        digits.insert(at, 1, ',');
    }
    return digits;
}

std::string quantity(double value, std::string_view unit) {
    static constexpr std::array bytes{Unit{1e12, "TB"}, Unit{1e9, "GB"}, Unit{1e6, "MB"}, Unit{1e3, "kB"}};
    if (unit == "bytes") return value < 1000 ? count(value) + " bytes" : in_units(value, bytes);
    if (unit == "ns") return duration(value);
    const std::string number = value == std::floor(value) || value >= 1000 ? count(value) : ratio(value);
    return unit.empty() ? number : fmt::format("{} {}", number, unit);
}

std::string lower_case_first(std::string text) {
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (text.size() > 1 && is_upper(text[0]) && !is_upper(text[1])) text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

std::string magnitude(double value) {
    static constexpr std::array units{Unit{1e12, "T"}, Unit{1e9, "G"}, Unit{1e6, "M"}, Unit{1e3, "k"}, Unit{1, ""}};
    return in_units(value, units);
}

std::string percent(const std::optional<double>& share) {
    return share ? fmt::format("{:.1f} %", 100 * *share) : unknown_text;
}

std::string ratio(const std::optional<double>& value) { return value ? fmt::format("{:.2f}", *value) : unknown_text; }

std::string bar(double share, std::size_t cells) {
    static constexpr std::array<const char*, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto filled =
        static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(8 * cells)));
    std::string text;
    for (std::size_t i = 0; i < filled / 8; ++i) text += "█";
    text += eighths[filled % 8];
    text.append(cells - (filled + 7) / 8, ' ');
    return text;
}

std::string coloured(std::string_view text, bool good) {
    const char* refused = std::getenv("NO_COLOR");
    if (isatty(STDOUT_FILENO) != 1 || (refused != nullptr && *refused != '\0')) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", good ? 32 : 31, text);
}

std::string Table::text(std::string_view indent) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string lines;
    for (const auto& row : rows_) {
        std::string line(indent);
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - width(row[i]), ' ');
            const bool left = std::find(left_.begin(), left_.end(), i) != left_.end();
            if (i > 0) line += "  ";
            line += left ? row[i] + padding : padding + row[i];
        }
        line.erase(line.find_last_not_of(' ') + 1);
        lines += line + '\n';
    }
    return lines;
}

std::string splitting_sentence(const SplittingTelemetry& splitting) {
    const auto number = [](std::uint64_t value) { return count(static_cast<double>(value)); };
    std::string grain = fmt::format("Grain {} {}", number(splitting.grain), splitting.grain == 1 ? "item" : "items");
    if (splitting.why_grain == GrainOrigin::given)
        grain += " (as given)";
    else if (splitting.item_ns > 0)
        grain += fmt::format(" (a probe took {} an item)", duration(splitting.item_ns));
    const std::uint64_t later = splitting.splits_on_demand + splitting.splits_by_max_len;
    std::string pieces =
        fmt::format("{} {}: {} at the start", number(splitting.pieces), splitting.pieces == 1 ? "piece" : "pieces",
                    number(splitting.pieces - std::min(splitting.pieces, later)));
    if (splitting.splits_on_demand > 0) pieces += fmt::format(", {} on demand", number(splitting.splits_on_demand));
    if (splitting.splits_by_max_len > 0)
        pieces += fmt::format(", {} for their length", number(splitting.splits_by_max_len));
    return fmt::format("{}; {}.", grain, pieces);
}

std::string csv_line(const std::vector<std::string>& fields) {
    std::string line;
    for (const std::string& field : fields) {
        if (&field != &fields.front()) line += ',';
        if (field.find_first_of(",\"\r\n") == std::string::npos) {
            line += field;
            continue;
        }
        line += '"';
        for (const char c : field) line += c == '"' ? std::string("\"\"") : std::string(1, c);
        line += '"';
    }
    return line + '\n';
}

std::string csv_number(const std::optional<double>& value) {
    if (!value) return {};
    return *value == std::floor(*value) && std::abs(*value) < 9e15 ? fmt::format("{:.0f}", *value)
                                                                   : fmt::format("{}", *value);
}

}  // namespace grainscope::cli
