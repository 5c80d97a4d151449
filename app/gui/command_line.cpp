#include "app/gui/command_line.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QRegularExpression>

#include <ui/views/main_window.h>

using grainscope::ui::MainWindow;

std::expected<CommandLine, QString> parseCommandLine(int argc, char** argv) {
    QStringList arguments;
    // Qt's own options (-platform, -style) are for QApplication, which comes later.
    for (int i = 0; i < argc; ++i) {
        const QString argument = QString::fromLocal8Bit(argv[i]);
        if (i > 0 && (argument == QLatin1StringView("-platform") || argument == QLatin1StringView("-style"))) {
            ++i;
            continue;
        }
        arguments << argument;
    }

    const QStringList themes{QStringLiteral("system"), QStringLiteral("light"), QStringLiteral("dark"),
                             QStringLiteral("contrast")};
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Watch parallel programs work, and tune them."));
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Show this help."));
    const QCommandLineOption version(QStringLiteral("version"), QStringLiteral("Show the version."));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"),
                                        QStringLiteral("Draw a recording into a PNG, without a window."),
                                        QStringLiteral("OUT.png"));
    const QCommandLineOption view(
        QStringLiteral("view"),
        QStringLiteral("The view on top: ") + MainWindow::viewNames().join(QStringLiteral(", ")) + u'.',
        QStringLiteral("NAME"));
    const QCommandLineOption size(QStringLiteral("size"),
                                  QStringLiteral("Size of the picture in pixels; 1600x1000 unless told."),
                                  QStringLiteral("WxH"));
    const QCommandLineOption theme(QStringLiteral("theme"), themes.join(QStringLiteral(", ")) + u'.',
                                   QStringLiteral("NAME"));
    const QCommandLineOption run(QStringLiteral("run"), QStringLiteral("Choose this workload and run it at once."),
                                 QStringLiteral("WORKLOAD"));
    parser.addOptions({help, version, screenshot, view, size, theme, run});
    parser.addPositionalArgument(QStringLiteral("FILE"), QStringLiteral("A recording to open."),
                                 QStringLiteral("[FILE…]"));
    if (!parser.parse(arguments)) return std::unexpected(parser.errorText());

    CommandLine line;
    if (parser.isSet(help)) {
        line.text = parser.helpText();
        return line;
    }
    if (parser.isSet(version)) {
        line.text = QStringLiteral("grainscope-gui %1\n").arg(QCoreApplication::applicationVersion());
        return line;
    }
    line.files = parser.positionalArguments();
    line.screenshot = parser.isSet(screenshot);
    line.output = parser.value(screenshot);
    line.view = parser.value(view);
    line.theme = parser.value(theme);
    line.run = parser.value(run);
    if (!line.view.isEmpty() && !MainWindow::viewNames().contains(line.view))
        return std::unexpected(QStringLiteral("there is no view \"%1\"; there are %2")
                                   .arg(line.view, MainWindow::viewNames().join(QStringLiteral(", "))));
    if (!line.theme.isEmpty() && !themes.contains(line.theme))
        return std::unexpected(QStringLiteral("there is no theme \"%1\"; there are %2")
                                   .arg(line.theme, themes.join(QStringLiteral(", "))));
    if (parser.isSet(size)) {
        const auto match = QRegularExpression(QStringLiteral("^(\\d{2,5})x(\\d{2,5})$")).match(parser.value(size));
        line.size = QSize(match.captured(1).toInt(), match.captured(2).toInt());
        constexpr int least = 320;
        constexpr int most = 16384;
        if (!match.hasMatch() || line.size.width() < least || line.size.height() < least || line.size.width() > most ||
            line.size.height() > most)
            return std::unexpected(QStringLiteral("--size wants WIDTHxHEIGHT, each from %1 to %2, not \"%3\"")
                                       .arg(least)
                                       .arg(most)
                                       .arg(parser.value(size)));
    }
    if (!line.run.isEmpty() && (line.screenshot || !line.files.isEmpty()))
        return std::unexpected(
            QStringLiteral("--run starts a new recording; it goes with neither a FILE nor --screenshot"));
    if (line.screenshot && line.files.size() != 1)
        return std::unexpected(
            QStringLiteral("--screenshot wants one recording to draw: grainscope-gui --screenshot OUT.png FILE"));
    return line;
}
