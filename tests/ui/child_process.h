// What the kernel says of a child process, for tests that stop one.
#pragma once

#include <algorithm>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <QDir>
#include <QFile>

namespace grainscope::ui::test {

inline QByteArray kernelsFile(qint64 pid, const QString& name) {
    QFile file(QStringLiteral("/proc/%1/%2").arg(pid).arg(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Whether every thread of the process has come to a stop.
inline bool standsStill(qint64 pid) {
    const QStringList threads =
        QDir(QStringLiteral("/proc/%1/task").arg(pid)).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    return !threads.isEmpty() && std::ranges::all_of(threads, [&](const QString& thread) {
        return kernelsFile(pid, QStringLiteral("task/%1/status").arg(thread)).contains("State:\tT");
    });
}

/// Whether all that the process has written to its standard output, a pipe, has been read.
inline bool hasBeenRead(qint64 pid) {
    const int pipe = ::open(qPrintable(QStringLiteral("/proc/%1/fd/1").arg(pid)), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (pipe < 0) return false;
    int waiting = -1;
    const bool known = ::ioctl(pipe, FIONREAD, &waiting) == 0;
    ::close(pipe);
    return known && waiting == 0;
}

}  // namespace grainscope::ui::test
