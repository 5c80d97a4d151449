#include "app/gui/screenshot.h"

#include <chrono>

#include <QApplication>
#include <QEventLoop>
#include <QPixmap>
#include <QSaveFile>
#include <QTemporaryDir>
#include <QTimer>

#include <ui/session/settings.h>
#include <ui/session/workspace.h>
#include <ui/views/main_window.h>

#include "app/gui/command_line.h"

using namespace grainscope::ui;

namespace {

constexpr std::chrono::seconds longestListing{5};

}  // namespace

QString takeScreenshot(const CommandLine& line) {
    const QTemporaryDir home;
    Settings settings(home.filePath(QStringLiteral("settings.ini")));
    settings.setTheme(line.theme.isEmpty() ? QStringLiteral("light") : line.theme);
    Workspace workspace(settings, QString());
    MainWindow window(workspace);
    window.resize(line.size);
    window.show();
    if (const QString problem = workspace.open(line.files.first()); !problem.isEmpty()) return problem;

    // The tree and the form belong into the picture; where the measuring program is missing, they stay empty.
    QEventLoop listing;
    QObject::connect(&workspace.catalog, &WorkloadCatalog::changed, &listing, &QEventLoop::quit);
    QTimer::singleShot(longestListing, &listing, &QEventLoop::quit);
    workspace.catalog.load();
    if (workspace.catalog.state() == WorkloadCatalog::State::loading) listing.exec();
    workspace.adoptParameters();
    window.openFile(line.files.first());
    if (!line.view.isEmpty()) window.showView(line.view);
    // Twice: layouts settle in the first pass, and what they ask for is painted in the second.
    for (int pass = 0; pass < 2; ++pass) {
        QCoreApplication::processEvents();
        window.settle();
    }
    QCoreApplication::processEvents();

    QImage picture(line.size, QImage::Format_RGB32);
    window.render(&picture);
    QSaveFile file(line.output);
    if (!file.open(QIODevice::WriteOnly) || !picture.save(&file, "PNG") || !file.commit())
        return QStringLiteral("%1 cannot be written: %2").arg(line.output, file.errorString());
    return {};
}
