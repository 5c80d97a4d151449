// What `grainscope list --json` says about the workloads, in the window's types.
#pragma once

#include <expected>
#include <optional>

#include <QByteArray>
#include <QList>
#include <QString>
#include <QVariant>

namespace grainscope::ui {

struct ParameterChoice {
    QString name;                ///< what the command line takes
    QString label;               ///< what the window shows
    QString unavailableBecause;  ///< empty: can be chosen; else a reason for the tooltip of the disabled entry
};

/// One knob of a workload. Values are QVariants of qlonglong, double, bool or QString (choice and file), by kind.
struct ParameterDescription {
    enum class Kind { integer, real, boolean, choice, file };
    /// What a file is for: opened ones exist, saved ones need not.
    enum class Path { openFile, saveFile, openFolder, saveFolder, openFileOrFolder };
    QString name;
    QString label;
    QString help;
    QString unit;
    Kind kind = Kind::integer;
    QVariant defaultValue;
    double minimum = 0, maximum = 0;  ///< integer and real
    bool logarithmic = false;         ///< its slider has a logarithmic scale
    bool live = true;                 ///< may change while a run loops
    bool tunable = false;             ///< a threshold: worth a sweep
    QList<ParameterChoice> choices;
    Path path = Path::openFile;  ///< file

    [[nodiscard]] bool isNumeric() const { return kind == Kind::integer || kind == Kind::real; }
};

struct WorkloadDescription {
    QString name;      ///< "quicksort"
    QString title;     ///< "Quicksort"
    QString category;  ///< "Sorting"
    QString summary;   ///< one sentence
    QList<ParameterDescription> parameters;
    QList<ParameterChoice> backends;
    bool hasStages = false;               ///< its runs have stages and channels to draw
    std::optional<int> threadsByDefault;  ///< with its default parameters, where that is not one a core

    [[nodiscard]] const ParameterDescription* parameter(const QString& parameterName) const;
    /// The first tunable parameter: what "Sweep threshold" sweeps. Null if it has none.
    [[nodiscard]] const ParameterDescription* tunableParameter() const;
};

/// Reads the document of `grainscope list --json`. The error is a sentence for the user.
[[nodiscard]] std::expected<QList<WorkloadDescription>, QString> parseWorkloads(const QByteArray& json);

}  // namespace grainscope::ui
