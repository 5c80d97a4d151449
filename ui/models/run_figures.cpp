#include "ui/models/run_figures.h"

#include <algorithm>

#include <QCoreApplication>

#include "ui/models/format.h"

namespace grainscope::ui {

using namespace Qt::StringLiterals;

QString RunFigure::text() const { return formatQuantity(value, unit); }

std::vector<RunFigure> runFigures(const QJsonObject& document) {
    std::vector<RunFigure> figures;
    const QJsonArray array = document[u"figures"].toArray();
    for (const QJsonValue& json : array) {
        const QString name = json[u"name"].toString();
        if (name.isEmpty() || !json[u"value"].isDouble()) continue;
        const QString label = json[u"label"].toString();
        figures.push_back({name, label.isEmpty() ? name : label, json[u"unit"].toString(), json[u"value"].toDouble()});
    }
    return figures;
}

QJsonArray runFiguresToJson(const std::vector<RunFigure>& figures) {
    QJsonArray array;
    for (const RunFigure& figure : figures)
        array.append(QJsonObject{{u"name"_s, figure.name},
                                 {u"label"_s, figure.label},
                                 {u"unit"_s, figure.unit},
                                 {u"value"_s, figure.value}});
    return array;
}

std::optional<double> valueOf(const std::vector<RunFigure>& figures, const QString& name) {
    const auto told = std::ranges::find(figures, name, &RunFigure::name);
    return told == figures.end() ? std::nullopt : std::optional(told->value);
}

QString runFigureLines(const std::vector<RunFigure>& figures) {
    QStringList lines;
    for (const RunFigure& figure : figures)
        lines << QCoreApplication::translate("RunFigures", "%1: %2").arg(figure.label, figure.text());
    return lines.join(u'\n');
}

}  // namespace grainscope::ui
