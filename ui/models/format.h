// Numbers as people read them. The one place where the window turns a value into text.
#pragma once

#include <optional>

#include <QString>
#include <QStringView>

namespace grainscope::ui {

/// What stands where a value is not known: an em dash. Never a zero.
[[nodiscard]] QString unknownText();

/// 10000000 -> "10,000,000", with the separators of the default locale.
[[nodiscard]] QString formatCount(qint64 count);

/// 10000000 -> "10 M", 1234 -> "1.23 k": at most three significant figures. Below 1,000 without a suffix.
[[nodiscard]] QString formatCompact(double value);

/// Nanoseconds -> "812 ns", "1.24 ms", "1,104 ms", "61.5 s", "2 min 05 s": the unit keeps the figures between 1 and
/// about 10,000 where the field's habit allows (milliseconds up to 10 s). Negative values keep their sign.
[[nodiscard]] QString formatDuration(double nanoseconds);

/// Nanoseconds -> "0:05.3", "12:41.0", "1:02:03": the clock of a run in progress.
[[nodiscard]] QString formatElapsed(double nanoseconds);

/// The interval in one unit, that of the upper end: "806 – 819 ms".
[[nodiscard]] QString formatDurationInterval(double lowNanoseconds, double highNanoseconds);

/// 0.874 -> "87 %" (decimals = 0), "87.4 %" (1). Values are fractions.
[[nodiscard]] QString formatPercent(double fraction, int decimals = 0);

/// 3.4167 -> "3.42×".
[[nodiscard]] QString formatSpeedup(double ratio);

/// 412345 -> "412 k/s".
[[nodiscard]] QString formatRate(double perSecond);

/// 80000000 -> "80 MB" (powers of 1,000).
[[nodiscard]] QString formatBytes(double bytes);

/// A figure by its unit: bytes and nanoseconds ("ns") as above, others as a number and the unit: "1,024", "3.5 rounds".
[[nodiscard]] QString formatQuantity(double value, const QString& unit);

/// A real number with at most `significant` figures and no trailing zeros.
[[nodiscard]] QString formatReal(double value, int significant = 6);

/// Reads a number as people and the command line write it: "10000000", "10,000,000", "1e7", "10M", "2.5 k". Suffixes k,
/// M, G and T are powers of 1,000. Empty for anything else.
[[nodiscard]] std::optional<double> parseNumber(QStringView text);

}  // namespace grainscope::ui
