#include "ui/session/program.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace grainscope::ui {

using namespace Qt::StringLiterals;

namespace {
struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::Program)
};
}  // namespace

std::expected<QString, QString> locateProgram() {
    const auto isProgram = [](const QString& path) {
        const QFileInfo info(path);
        return info.isFile() && info.isExecutable();
    };
    if (const QString chosen = qEnvironmentVariable(programVariable); !chosen.isEmpty()) {
        if (isProgram(chosen)) return chosen;
        return std::unexpected(
            Text::tr("“%1”, named by the environment variable %2, is not a program that can be started.")
                .arg(chosen, QString::fromLatin1(programVariable)));
    }
    const QString folder = QCoreApplication::applicationDirPath();
    const QString beside = QDir(folder).filePath(u"grainscope"_s);
    if (isProgram(beside)) return beside;
    if (const QString inPath = QStandardPaths::findExecutable(u"grainscope"_s); !inPath.isEmpty()) return inPath;
    return std::unexpected(
        Text::tr("The program “grainscope” is neither in “%1” nor in PATH. Install it there, or name it in the "
                 "environment variable %2.")
            .arg(folder, QString::fromLatin1(programVariable)));
}

}  // namespace grainscope::ui
