// Any table of the window as comma-separated values.
#pragma once

#include <expected>

#include <QString>

class QAbstractItemModel;

namespace grainscope::ui {

/// The table with a header line, as RFC 4180 has it (CRLF, quotes doubled). Numbers come from the edit role,
/// unformatted and with a decimal point; unknown values are empty.
[[nodiscard]] QString toCsv(const QAbstractItemModel& table);
/// Writes it as UTF-8, replacing the file only once all is written. The error is a sentence.
[[nodiscard]] std::expected<void, QString> exportCsv(const QAbstractItemModel& table, const QString& path);

}  // namespace grainscope::ui
