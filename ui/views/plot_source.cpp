#include <ui/views/plot_source.h>

#include <QFileInfo>

#include <ui/models/csv.h>

namespace grainscope::ui {

QString exportSource(const PlotSource& source, const QString& path) {
    if (QFileInfo(path).suffix().compare(QLatin1StringView("csv"), Qt::CaseInsensitive) != 0)
        return source.writePicture(path);
    const auto written = exportCsv(*source.table, path);
    return written ? QString() : written.error();
}

}  // namespace grainscope::ui
