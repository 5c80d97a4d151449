// What the rows of a recording are called: not all of them are workers.
#pragma once

#include <limits>
#include <memory>

#include <QString>

#include "ui/models/time_navigator.h"
#include "ui/session/live_recording.h"

namespace grainscope::ui {

/// A row's kind and its number within the kind, from 0.
struct RowName {
    QString kind;
    int number = 0;
    /// "worker 3", "blocking thread 1"
    [[nodiscard]] QString text() const;
    friend bool operator==(const RowName&, const RowName&) = default;
};

/// Names of the rows of one recording, as its notes of kind `rows` tell them from their moment on; workers where none
/// does. Copies share what was read, so that the models of a window read each note once. A name is found in the time
/// it takes to go through the kinds, of which there are few.
class RowNames {
  public:
    static constexpr Nanoseconds latest = std::numeric_limits<Nanoseconds>::max();

    /// All rows are workers, at all times.
    RowNames();
    /// Null: like none.
    explicit RowNames(RecordingPtr recording);

    /// Reads the notes that have come since the last time. Cheap if none has.
    void refresh();

    [[nodiscard]] RowName of(int row, Nanoseconds at = latest) const;
    [[nodiscard]] QString text(int row, Nanoseconds at = latest) const { return of(row, at).text(); }
    /// Whether every row is a worker at that moment.
    [[nodiscard]] bool areWorkers(Nanoseconds at = latest) const;
    /// The row of a worker by its number among the workers, as steals tell it.
    [[nodiscard]] int rowOfWorker(int number, Nanoseconds at = latest) const;
    /// What heads a column of rows: "Worker", or "Thread" where there are others.
    [[nodiscard]] QString heading(Nanoseconds at = latest) const;
    /// Tells apart times with other names: equal for two moments that no note of other kinds lies between.
    [[nodiscard]] int era(Nanoseconds at = latest) const;
    /// "worker 3"
    [[nodiscard]] static QString worker(int number);

  private:
    struct Notes;
    std::shared_ptr<Notes> notes_;
};

}  // namespace grainscope::ui
