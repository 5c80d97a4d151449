// What grainscope-gui may be asked.
#pragma once

#include <expected>

#include <QSize>
#include <QString>
#include <QStringList>

/// As the command line program's: 1 failed, 2 a wrong command line, 3 a file.
enum class ExitStatus { good = 0, failed = 1, badCommandLine = 2, fileProblem = 3 };

struct CommandLine {
    QStringList files;
    bool screenshot = false;
    QString output;  ///< of the screenshot
    QString view;    ///< empty: the one of last time, or the one that suits the recording
    QString theme;   ///< empty: the one of last time
    QString run;     ///< the workload to run at once, or empty
    QSize size{1600, 1000};
    QString text;  ///< help or version: to be printed, and nothing else to be done
};

/// Reads the arguments; the error is one line that says what is wrong and what would be right.
[[nodiscard]] std::expected<CommandLine, QString> parseCommandLine(int argc, char** argv);
