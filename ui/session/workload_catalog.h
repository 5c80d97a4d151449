// The workloads that can be launched, as the measuring program lists them.
#pragma once

#include <QList>
#include <QObject>
#include <QString>

#include "ui/session/workload_description.h"

class QProcess;

namespace grainscope::ui {

/// Runs `grainscope list --json` in the background and holds what it said.
class WorkloadCatalog : public QObject {
    Q_OBJECT
  public:
    enum class State { empty, loading, ready, failed };
    Q_ENUM(State)

    explicit WorkloadCatalog(QObject* parent = nullptr);
    ~WorkloadCatalog() override;

    /// Starts loading; returns at once. While loading, does nothing. changed() follows, also on failure.
    void load();
    /// Takes a list at once, without a program: for tests and for what has been kept from an earlier start.
    void setWorkloads(QList<WorkloadDescription> workloads);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const QList<WorkloadDescription>& workloads() const { return workloads_; }
    /// Null for a name that is not listed. The pointer lives until the next changed().
    [[nodiscard]] const WorkloadDescription* find(const QString& name) const;
    /// Of the workloads with stages and channels the one with most threads, which has most to show; null if none has.
    [[nodiscard]] const WorkloadDescription* richestWithStages() const;
    /// Why loading failed, as a sentence; empty otherwise.
    [[nodiscard]] QString error() const { return error_; }

  Q_SIGNALS:
    void changed();

  private:
    void finishLoading(int exitCode, bool crashed);
    void fail(const QString& sentence);

    QProcess* process_ = nullptr;
    QList<WorkloadDescription> workloads_;
    QString error_;
    State state_ = State::empty;
};

}  // namespace grainscope::ui
