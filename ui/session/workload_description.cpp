#include "ui/session/workload_description.h"

#include <algorithm>

#include <QCoreApplication>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace grainscope::ui {

using namespace Qt::StringLiterals;

namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::WorkloadDescription)
};

std::optional<ParameterDescription::Kind> kindNamed(const QString& name) {
    using Kind = ParameterDescription::Kind;
    static const QHash<QString, Kind> kinds{{u"integer"_s, Kind::integer},
                                            {u"real"_s, Kind::real},
                                            {u"boolean"_s, Kind::boolean},
                                            {u"choice"_s, Kind::choice},
                                            {u"file"_s, Kind::file}};
    const auto found = kinds.find(name);
    return found == kinds.end() ? std::nullopt : std::optional(*found);
}

/// An older program does not say: there `output` is written, and every other file is read.
ParameterDescription::Path pathFrom(const QJsonObject& json) {
    using Path = ParameterDescription::Path;
    static const QHash<QString, Path> paths{{u"open_file"_s, Path::openFile},
                                            {u"save_file"_s, Path::saveFile},
                                            {u"open_folder"_s, Path::openFolder},
                                            {u"save_folder"_s, Path::saveFolder},
                                            {u"open_file_or_folder"_s, Path::openFileOrFolder}};
    const bool output = json[u"name"].toString() == u"output";
    return paths.value(json[u"path"].toString(), output ? Path::saveFile : Path::openFile);
}

QVariant typedValue(ParameterDescription::Kind kind, const QJsonValue& json) {
    switch (kind) {
        case ParameterDescription::Kind::integer:
            return json.toVariant().toLongLong();
        case ParameterDescription::Kind::real:
            return json.toDouble();
        case ParameterDescription::Kind::boolean:
            return json.toBool();
        case ParameterDescription::Kind::choice:
        case ParameterDescription::Kind::file:
            return json.toString();
    }
    return {};
}

ParameterChoice choiceFrom(const QJsonValue& json) {
    if (json.isString()) return {json.toString(), json.toString(), {}};
    const QJsonObject object = json.toObject();
    const QString name = object[u"name"].toString();
    return {name, object[u"label"].toString(name), object[u"missing_because"].toString()};
}

/// The title of a backend: names of libraries are written as their makers write them, and are not translated.
QString backendTitle(const QString& name) {
    static const QHash<QString, QString> titles{
        {u"grainscope"_s, u"Grainscope"_s}, {u"openmp"_s, u"OpenMP"_s}, {u"tbb"_s, u"oneTBB"_s}};
    if (name == u"threads") return Text::tr("Plain threads");
    if (name == u"sequential") return Text::tr("Sequential");
    return titles.value(name, name);
}

std::optional<ParameterDescription> parameterFrom(const QJsonObject& json) {
    const auto kind = kindNamed(json[u"kind"].toString());
    if (!kind || json[u"name"].toString().isEmpty()) return std::nullopt;
    ParameterDescription parameter;
    parameter.kind = *kind;
    parameter.name = json[u"name"].toString();
    parameter.label = json[u"label"].toString(parameter.name);
    parameter.help = json[u"help"].toString();
    parameter.unit = json[u"unit"].toString();
    parameter.defaultValue = typedValue(*kind, json[u"default"]);
    parameter.minimum = json[u"minimum"].toDouble();
    parameter.maximum = json[u"maximum"].toDouble();
    parameter.logarithmic = json[u"logarithmic"].toBool();
    parameter.live = json[u"live"].toBool(true);
    parameter.tunable = json[u"tunable"].toBool();
    const QJsonArray choices = json[u"choices"].toArray();
    parameter.path = pathFrom(json);
    for (const QJsonValue& choice : choices) parameter.choices.append(choiceFrom(choice));
    return parameter;
}

}  // namespace

const ParameterDescription* WorkloadDescription::parameter(const QString& parameterName) const {
    const auto found = std::ranges::find(parameters, parameterName, &ParameterDescription::name);
    return found == parameters.end() ? nullptr : &*found;
}

const ParameterDescription* WorkloadDescription::tunableParameter() const {
    const auto found = std::ranges::find(parameters, true, &ParameterDescription::tunable);
    return found == parameters.end() ? nullptr : &*found;
}

std::expected<QList<WorkloadDescription>, QString> parseWorkloads(const QByteArray& json) {
    QJsonParseError parseError;
    const QJsonDocument document = QJsonDocument::fromJson(json, &parseError);
    if (document.isNull()) {
        return std::unexpected(Text::tr("The list of workloads is no JSON: %1, at byte %2.")
                                   .arg(parseError.errorString())
                                   .arg(parseError.offset));
    }
    const QJsonObject root = document.object();
    if (!root[u"workloads"].isArray()) return std::unexpected(Text::tr("The list of workloads has no “workloads”."));

    QHash<QString, QString> missing;
    const QJsonArray allBackends = root[u"backends"].toArray();
    for (const QJsonValue& backend : allBackends) {
        missing.insert(backend[u"name"].toString(), backend[u"missing_because"].toString());
    }

    QList<WorkloadDescription> workloads;
    const QJsonArray list = root[u"workloads"].toArray();
    for (const QJsonValue& entry : list) {
        const QJsonObject object = entry.toObject();
        WorkloadDescription workload;
        workload.name = object[u"name"].toString();
        if (workload.name.isEmpty()) return std::unexpected(Text::tr("The list of workloads has one without a name."));
        workload.title = object[u"title"].toString(workload.name);
        workload.category = object[u"category"].toString();
        workload.summary = object[u"summary"].toString();
        workload.hasStages = object[u"has_stages"].toBool();
        if (const int threads = object[u"threads_by_default"].toInt(); threads > 0) workload.threadsByDefault = threads;
        const QJsonArray parameters = object[u"parameters"].toArray();
        for (const QJsonValue& parameter : parameters) {
            auto parsed = parameterFrom(parameter.toObject());
            // A kind that this window does not know belongs to a newer program; its default serves.
            if (parsed) workload.parameters.append(std::move(*parsed));
        }
        const QJsonArray backends = object[u"backends"].toArray();
        for (const QJsonValue& backend : backends) {
            ParameterChoice choice = choiceFrom(backend);
            if (choice.label == choice.name) choice.label = backendTitle(choice.name);
            if (choice.unavailableBecause.isEmpty()) choice.unavailableBecause = missing.value(choice.name);
            workload.backends.append(std::move(choice));
        }
        workloads.append(std::move(workload));
    }
    if (workloads.isEmpty()) return std::unexpected(Text::tr("The list of workloads is empty."));
    return workloads;
}

}  // namespace grainscope::ui
