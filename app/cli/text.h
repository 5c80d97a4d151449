// Numbers and tables for people.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/runtime/telemetry.h>
#include <grainscope/study/statistics.h>

namespace grainscope::cli {

/// "1.23 s", "231 ms", "4.56 µs": three significant digits.
[[nodiscard]] std::string duration(double ns);
[[nodiscard]] std::string duration(const std::optional<double>& ns);
/// "[229 ms, 235 ms]", or "–" where there is none.
[[nodiscard]] std::string duration_interval(const std::optional<study::Interval>& interval);
/// "10,000,000"
[[nodiscard]] std::string count(double value);
/// "43.2 M", for rates.
[[nodiscard]] std::string magnitude(double value);
/// A figure by its unit: "12.3 MB", "4.56 ms", "1,024".
[[nodiscard]] std::string quantity(double value, std::string_view unit);
/// What stands where a figure is not known.
inline constexpr const char* unknown_text = "–";
/// "Peak memory" within a list or as a heading: "peak memory"; "IO thread" stays as it is.
[[nodiscard]] std::string lower_case_first(std::string text);
/// "97.1 %", or "–".
[[nodiscard]] std::string percent(const std::optional<double>& share);
/// "1.92", or "–".
[[nodiscard]] std::string ratio(const std::optional<double>& value);
/// A bar of at most `cells` characters, drawn to an eighth of one, and padded with blanks.
[[nodiscard]] std::string bar(double share, std::size_t cells);
/// Green or red where standard output is a terminal that has colours.
[[nodiscard]] std::string coloured(std::string_view text, bool good);

/// Columns that line up, the first left, the others right, two blanks between them.
class Table {
  public:
    explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    /// Left-aligned as well, such as a column of bars.
    void align_left(std::size_t column) { left_.push_back(column); }
    [[nodiscard]] std::string text(std::string_view indent = "  ") const;

  private:
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::size_t> left_{0};
};

/// How a parallel iterator was cut into pieces, in a sentence.
[[nodiscard]] std::string splitting_sentence(const SplittingTelemetry& splitting);

/// One line of a CSV table (RFC 4180: quoted where needed).
[[nodiscard]] std::string csv_line(const std::vector<std::string>& fields);
/// A number with all its digits, or nothing.
[[nodiscard]] std::string csv_number(const std::optional<double>& value);

}  // namespace grainscope::cli
