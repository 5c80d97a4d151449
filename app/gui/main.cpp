// The window's program: grainscope-gui [FILE…]
#include <cstdio>
#include <cstdlib>

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QIcon>
#include <QTemporaryDir>
#include <QTimer>

#include <ui/session/settings.h>
#include <ui/session/workspace.h>
#include <ui/theme/theme.h>
#include <ui/views/main_window.h>

#include "app/gui/command_line.h"
#include "app/gui/screenshot.h"

namespace {

using namespace grainscope::ui;

/// Qt ends the program with a page of hints where there is no display. One line is enough, and it says what would be
/// right.
bool displayIsMissing(const CommandLine& line) {
#ifdef Q_OS_LINUX
    if (line.screenshot || qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) return false;
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"})
        if (!qEnvironmentVariableIsEmpty(variable)) return false;
    return true;
#else
    return false;
#endif
}

/// Without a window Qt's remarks about windows and sessions are noise on standard error.
void onlyWhatEndsTheProgram(QtMsgType type, const QMessageLogContext&, const QString& message) {
    if (type == QtCriticalMsg || type == QtFatalMsg)
        std::fprintf(stderr, "grainscope-gui: %s\n", qUtf8Printable(message));
}

int fail(ExitStatus status, const QString& message) {
    std::fprintf(stderr, "grainscope-gui: %s\n", qUtf8Printable(message));
    return static_cast<int>(status);
}

/// Runs the workload as soon as the list of workloads is there. A name that is not in it is a wrong command line.
void runWhenListed(Workspace& workspace, const QString& name) {
    auto* const pending = new QObject(&workspace);
    QObject::connect(&workspace.catalog, &WorkloadCatalog::changed, pending, [&workspace, name, pending] {
        if (workspace.catalog.state() == WorkloadCatalog::State::loading) return;
        pending->deleteLater();
        if (workspace.catalog.state() == WorkloadCatalog::State::failed) return;  // the window says why
        if (!workspace.catalog.find(name)) {
            QStringList known;
            for (const WorkloadDescription& workload : workspace.catalog.workloads()) known << workload.name;
            QApplication::exit(
                fail(ExitStatus::badCommandLine, QStringLiteral("there is no workload \"%1\"; there are %2")
                                                     .arg(name, known.join(QStringLiteral(", ")))));
            return;
        }
        workspace.chooseWorkload(name);
        workspace.run();
    });
}

}  // namespace

int main(int argc, char* argv[]) {
    QCoreApplication::setOrganizationName(QStringLiteral("Grainscope"));
    QCoreApplication::setApplicationName(QStringLiteral("grainscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(GRAINSCOPE_VERSION));

    const auto parsed = parseCommandLine(argc, argv);
    if (!parsed) return fail(ExitStatus::badCommandLine, parsed.error());
    if (!parsed->text.isEmpty()) {
        std::fputs(qUtf8Printable(parsed->text), stdout);
        return 0;
    }
    if (displayIsMissing(*parsed))
        return fail(ExitStatus::failed,
                    QStringLiteral("there is no display; set DISPLAY or WAYLAND_DISPLAY, or use the "
                                   "command line program, grainscope"));
    // A picture needs no display, and must look the same wherever it is made.
    if (parsed->screenshot) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
        qInstallMessageHandler(onlyWhatEndsTheProgram);
    }

    QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QStringLiteral("Grainscope"));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/grainscope.svg")));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.grainscope.Grainscope"));
    Theme theme(application);

    if (parsed->screenshot) {
        const QString problem = takeScreenshot(*parsed);
        return problem.isEmpty() ? 0 : fail(ExitStatus::fileProblem, problem);
    }

    Settings settings;
    if (!parsed->theme.isEmpty()) settings.setTheme(parsed->theme);
    Workspace workspace(settings, RunsModel::defaultPath());
    MainWindow window(workspace);
    if (!parsed->view.isEmpty()) window.showView(parsed->view);
    window.show();
    if (!parsed->run.isEmpty()) runWhenListed(workspace, parsed->run);
    // The list of workloads comes from the measuring program; the window does not wait for it.
    workspace.catalog.load();
    for (const QString& file : parsed->files) window.openFile(file);
    return QApplication::exec();
}
