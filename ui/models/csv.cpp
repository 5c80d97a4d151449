#include "ui/models/csv.h"

#include <QAbstractItemModel>
#include <QCoreApplication>
#include <QSaveFile>

namespace grainscope::ui {

using namespace Qt::StringLiterals;

namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::Csv)
};

QString field(const QVariant& value) {
    QString text;
    switch (value.typeId()) {
        case QMetaType::Double:
        case QMetaType::Float:
            text = QString::number(value.toDouble(), 'g', 17);
            break;
        default:
            text = value.toString();
            break;
    }
    if (text.contains(u'"') || text.contains(u',') || text.contains(u'\n') || text.contains(u'\r')) {
        text.replace(u'"', u"\"\""_s);
        text = u'"' + text + u'"';
    }
    return text;
}

}  // namespace

QString toCsv(const QAbstractItemModel& table) {
    QString csv;
    const int rows = table.rowCount(), columns = table.columnCount();
    for (int column = 0; column < columns; ++column) {
        if (column > 0) csv += u',';
        csv += field(table.headerData(column, Qt::Horizontal, Qt::DisplayRole));
    }
    csv += u"\r\n";
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            if (column > 0) csv += u',';
            csv += field(table.index(row, column).data(Qt::EditRole));
        }
        csv += u"\r\n";
    }
    return csv;
}

std::expected<void, QString> exportCsv(const QAbstractItemModel& table, const QString& path) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(toCsv(table).toUtf8()) < 0 || !file.commit()) {
        return std::unexpected(Text::tr("“%1” cannot be written: %2.").arg(path, file.errorString()));
    }
    return {};
}

}  // namespace grainscope::ui
