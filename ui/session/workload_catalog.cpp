#include "ui/session/workload_catalog.h"

#include <algorithm>

#include <QProcess>

#include "ui/session/program.h"

namespace grainscope::ui {

using namespace Qt::StringLiterals;

WorkloadCatalog::WorkloadCatalog(QObject* parent) : QObject(parent) {}

WorkloadCatalog::~WorkloadCatalog() {
    if (!process_) return;
    process_->disconnect(this);
    process_->kill();
    process_->waitForFinished(1000);
}

void WorkloadCatalog::load() {
    if (state_ == State::loading) return;
    const auto program = locateProgram();
    if (!program) {
        fail(program.error());
        return;
    }
    state_ = State::loading;
    error_.clear();
    process_ = new QProcess(this);
    process_->setStandardInputFile(QProcess::nullDevice());
    connect(process_, &QProcess::finished, this, [this](int exitCode, QProcess::ExitStatus status) {
        finishLoading(exitCode, status == QProcess::CrashExit);
    });
    connect(process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart) return;
        const QString sentence = tr("“%1” cannot be started: %2.").arg(process_->program(), process_->errorString());
        process_->deleteLater();
        process_ = nullptr;
        fail(sentence);
    });
    process_->start(*program, {u"list"_s, u"--json"_s});
}

void WorkloadCatalog::setWorkloads(QList<WorkloadDescription> workloads) {
    workloads_ = std::move(workloads);
    error_.clear();
    state_ = State::ready;
    Q_EMIT changed();
}

const WorkloadDescription* WorkloadCatalog::find(const QString& name) const {
    const auto found = std::ranges::find(workloads_, name, &WorkloadDescription::name);
    return found == workloads_.end() ? nullptr : &*found;
}

const WorkloadDescription* WorkloadCatalog::richestWithStages() const {
    const auto wealth = [](const WorkloadDescription& workload) {
        return workload.hasStages ? 1 + workload.threadsByDefault.value_or(0) : 0;
    };
    const auto found = std::ranges::max_element(workloads_, {}, wealth);
    return found == workloads_.end() || wealth(*found) == 0 ? nullptr : &*found;
}

void WorkloadCatalog::finishLoading(int exitCode, bool crashed) {
    const QByteArray output = process_->readAllStandardOutput();
    const QByteArray firstLine = process_->readAllStandardError().trimmed().split('\n').constFirst();
    const QString program = process_->program();
    process_->deleteLater();
    process_ = nullptr;
    if (crashed) return fail(tr("“%1 list” crashed, so that there are no workloads to choose from.").arg(program));
    if (exitCode != 0) {
        const QString line = QString::fromUtf8(firstLine);
        return fail(line.isEmpty() ? tr("“%1 list” ended with status %2.").arg(program).arg(exitCode)
                                   : tr("“%1 list” failed: %2").arg(program, line));
    }
    auto parsed = parseWorkloads(output);
    if (!parsed) return fail(parsed.error());
    setWorkloads(std::move(*parsed));
}

void WorkloadCatalog::fail(const QString& sentence) {
    state_ = State::failed;
    error_ = sentence;
    Q_EMIT changed();
}

}  // namespace grainscope::ui
