#include "ui/models/parameter_value.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QFileInfo>

#include "ui/models/format.h"

namespace grainscope::ui {

using namespace Qt::StringLiterals;
using Kind = ParameterDescription::Kind;
using Path = ParameterDescription::Path;

namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::ParameterValue)
};

QString numberText(const ParameterDescription& parameter, double value) {
    return parameter.kind == Kind::integer ? formatCount(static_cast<qint64>(value)) : formatReal(value);
}

std::expected<QVariant, QString> checkedNumber(const ParameterDescription& parameter, const QVariant& value) {
    bool ok = false;
    const double number = value.toDouble(&ok);
    const bool whole = parameter.kind != Kind::integer || number == std::round(number);
    if (!ok || !std::isfinite(number) || !whole) {
        return std::unexpected(parameter.kind == Kind::integer
                                   ? Text::tr("%1 must be a whole number, such as %2 or 10M.")
                                         .arg(parameter.label, valueText(parameter, parameter.defaultValue))
                                   : Text::tr("%1 must be a number, such as %2.")
                                         .arg(parameter.label, valueText(parameter, parameter.defaultValue)));
    }
    const bool ranged = parameter.maximum > parameter.minimum;
    if (ranged && (number < parameter.minimum || number > parameter.maximum)) {
        return std::unexpected(Text::tr("%1 must be between %2 and %3.")
                                   .arg(parameter.label, numberText(parameter, parameter.minimum),
                                        numberText(parameter, parameter.maximum)));
    }
    if (parameter.kind == Kind::integer) return static_cast<qlonglong>(number);
    return number;
}

std::expected<QVariant, QString> checkedChoice(const ParameterDescription& parameter, const QString& name) {
    const auto choice = std::ranges::find(parameter.choices, name, &ParameterChoice::name);
    if (choice == parameter.choices.end()) {
        return std::unexpected(
            Text::tr("%1 cannot be “%2”; it is one of: %3.").arg(parameter.label, name, rangeText(parameter)));
    }
    if (!choice->unavailableBecause.isEmpty()) {
        return std::unexpected(Text::tr("“%1” is not available: %2.").arg(choice->label, choice->unavailableBecause));
    }
    return choice->name;
}

QString pathText(Path path) {
    switch (path) {
        case Path::openFile:
            return Text::tr("a file to read");
        case Path::saveFile:
            return Text::tr("a file to write");
        case Path::openFolder:
            return Text::tr("a folder to read");
        case Path::saveFolder:
            return Text::tr("a folder to write to");
        case Path::openFileOrFolder:
            return Text::tr("a file or a folder to read");
    }
    return {};
}

std::expected<QVariant, QString> checkedSaved(const QString& path) {
    const QFileInfo folder(QFileInfo(path).absolutePath());
    if (!folder.isDir()) return std::unexpected(Text::tr("There is no folder “%1”.").arg(folder.filePath()));
    if (!folder.isWritable())
        return std::unexpected(Text::tr("The folder “%1” cannot be written to.").arg(folder.filePath()));
    return path;
}

std::expected<QVariant, QString> checkedFolder(const ParameterDescription& parameter, const QString& path) {
    const QFileInfo info(path);
    const bool saved = parameter.path == Path::saveFolder;
    if (!info.exists() && saved) return checkedSaved(path);
    if (!info.exists()) return std::unexpected(Text::tr("There is no folder “%1”.").arg(path));
    if (!info.isDir())
        return std::unexpected(Text::tr("“%1” is a file; %2 needs a folder.").arg(path, parameter.label));
    if (saved && !info.isWritable())
        return std::unexpected(Text::tr("The folder “%1” cannot be written to.").arg(path));
    if (!saved && !info.isReadable()) return std::unexpected(Text::tr("The folder “%1” cannot be read.").arg(path));
    return path;
}

std::expected<QVariant, QString> checkedFile(const ParameterDescription& parameter, const QString& path) {
    if (path.isEmpty()) return path;
    if (parameter.path == Path::openFolder || parameter.path == Path::saveFolder) return checkedFolder(parameter, path);
    const QFileInfo info(path);
    if (info.isDir() && parameter.path != Path::openFileOrFolder)
        return std::unexpected(Text::tr("“%1” is a folder; %2 needs a file.").arg(path, parameter.label));
    if (parameter.path == Path::saveFile) return checkedSaved(path);
    if (!info.exists()) return std::unexpected(Text::tr("There is no file “%1”.").arg(path));
    if (!info.isReadable()) return std::unexpected(Text::tr("The file “%1” cannot be read.").arg(path));
    return path;
}

}  // namespace

std::expected<QVariant, QString> checkedValue(const ParameterDescription& parameter, const QVariant& value) {
    switch (parameter.kind) {
        case Kind::integer:
        case Kind::real:
            return checkedNumber(parameter, value);
        case Kind::boolean:
            return value.toBool();
        case Kind::choice:
            return checkedChoice(parameter, value.toString());
        case Kind::file:
            return checkedFile(parameter, value.toString());
    }
    return value;
}

std::expected<QVariant, QString> valueFromText(const ParameterDescription& parameter, const QString& text) {
    switch (parameter.kind) {
        case Kind::integer:
        case Kind::real: {
            const auto number = parseNumber(text);
            return checkedNumber(parameter, number ? QVariant(*number) : QVariant());
        }
        case Kind::boolean: {
            const QString word = text.trimmed().toLower();
            if (word == u"true" || word == u"1" || word == Text::tr("on")) return true;
            if (word == u"false" || word == u"0" || word == Text::tr("off")) return false;
            return std::unexpected(Text::tr("%1 is on or off.").arg(parameter.label));
        }
        case Kind::choice: {
            const auto choice = std::ranges::find_if(parameter.choices, [&](const ParameterChoice& candidate) {
                return candidate.label.compare(text.trimmed(), Qt::CaseInsensitive) == 0;
            });
            return checkedChoice(parameter, choice == parameter.choices.end() ? text.trimmed() : choice->name);
        }
        case Kind::file:
            return checkedFile(parameter, text);
    }
    return QVariant(text);
}

QString valueText(const ParameterDescription& parameter, const QVariant& value) {
    if (!value.isValid()) return unknownText();
    switch (parameter.kind) {
        case Kind::integer:
            return formatCount(value.toLongLong());
        case Kind::real:
            return formatReal(value.toDouble());
        case Kind::boolean:
            return value.toBool() ? Text::tr("on") : Text::tr("off");
        case Kind::choice: {
            const auto choice = std::ranges::find(parameter.choices, value.toString(), &ParameterChoice::name);
            return choice == parameter.choices.end() ? value.toString() : choice->label;
        }
        case Kind::file:
            return value.toString().isEmpty() ? Text::tr("none") : QFileInfo(value.toString()).fileName();
    }
    return value.toString();
}

QString argumentText(const QVariant& value) {
    switch (value.typeId()) {
        case QMetaType::Bool:
            return value.toBool() ? u"true"_s : u"false"_s;
        case QMetaType::Double:
            return QString::number(value.toDouble(), 'g', 17);
        default:
            return value.toString();
    }
}

QString rangeText(const ParameterDescription& parameter) {
    switch (parameter.kind) {
        case Kind::integer:
        case Kind::real:
            if (parameter.maximum <= parameter.minimum) return Text::tr("any number");
            return Text::tr("%1 – %2").arg(numberText(parameter, parameter.minimum),
                                           numberText(parameter, parameter.maximum));
        case Kind::boolean:
            return Text::tr("on, off");
        case Kind::choice: {
            QStringList labels;
            for (const ParameterChoice& choice : parameter.choices) labels.append(choice.label);
            return labels.join(u", "_s);
        }
        case Kind::file:
            return pathText(parameter.path);
    }
    return {};
}

}  // namespace grainscope::ui
