#include "ui/models/row_names.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <grainscope/trace/stream_format.h>

namespace grainscope::ui {

using namespace Qt::StringLiterals;

namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::RowNames)
};

struct Group {
    QString kind;
    int rows = 0;
    bool workers = false;
    friend bool operator==(const Group&, const Group&) = default;
};

/// The kinds in the order of their rows; empty where all are workers, or where the note makes no sense.
std::vector<Group> groupsFrom(const std::string& note) {
    std::vector<Group> groups;
    const QJsonArray array = QJsonDocument::fromJson(QByteArray::fromStdString(note)).array();
    for (const QJsonValue& json : array) {
        const QString kind = json[u"name"].toString();
        const int rows = json[u"rows"].toInt();
        if (kind.isEmpty() || rows < 1 || rows > static_cast<int>(trace::format::most_workers)) return {};
        groups.push_back({kind, rows, kind == "worker"_L1});
    }
    const bool plain = std::ranges::all_of(groups, &Group::workers);
    return plain ? std::vector<Group>() : groups;
}

}  // namespace

struct RowNames::Notes {
    struct Era {
        Nanoseconds begin = 0;
        std::vector<Group> groups;
    };
    RecordingPtr recording;
    std::vector<Era> eras;
    std::size_t read = 0;

    /// Null: all are workers.
    [[nodiscard]] const std::vector<Group>* at(Nanoseconds time) const {
        const auto after = std::ranges::upper_bound(eras, time, {}, &Era::begin);
        if (after == eras.begin() || std::prev(after)->groups.empty()) return nullptr;
        return &std::prev(after)->groups;
    }
};

QString RowName::text() const { return Text::tr("%1 %2").arg(kind).arg(number); }

RowNames::RowNames() : notes_(std::make_shared<Notes>()) {}

RowNames::RowNames(RecordingPtr recording) : RowNames() {
    notes_->recording = std::move(recording);
    refresh();
}

void RowNames::refresh() {
    if (!notes_->recording) return;
    const auto& notes = notes_->recording->notes;
    for (; notes_->read < notes.size(); ++notes_->read) {
        const trace::Note& note = notes[notes_->read];
        if (note.kind != trace::NoteKind::rows) continue;
        auto groups = groupsFrom(note.text);
        const bool same = notes_->eras.empty() ? groups.empty() : notes_->eras.back().groups == groups;
        if (!same) notes_->eras.push_back({note.at, std::move(groups)});
    }
}

RowName RowNames::of(int row, Nanoseconds at) const {
    const std::vector<Group>* groups = notes_->at(at);
    if (!groups) return {Text::tr("worker"), row};
    int first = 0;
    for (const Group& group : *groups) {
        if (row < first + group.rows) return {group.workers ? Text::tr("worker") : group.kind, row - first};
        first += group.rows;
    }
    // Of an earlier time: a recording keeps its rows.
    return {Text::tr("row"), row};
}

bool RowNames::areWorkers(Nanoseconds at) const { return notes_->at(at) == nullptr; }

int RowNames::rowOfWorker(int number, Nanoseconds at) const {
    const std::vector<Group>* groups = notes_->at(at);
    if (!groups) return number;
    int first = 0;
    for (const Group& group : *groups) {
        if (group.workers) return first + number;
        first += group.rows;
    }
    return number;
}

QString RowNames::heading(Nanoseconds at) const { return areWorkers(at) ? Text::tr("Worker") : Text::tr("Thread"); }

int RowNames::era(Nanoseconds at) const {
    const auto& eras = notes_->eras;
    return static_cast<int>(std::ranges::upper_bound(eras, at, {}, &Notes::Era::begin) - eras.begin());
}

QString RowNames::worker(int number) { return RowName{Text::tr("worker"), number}.text(); }

}  // namespace grainscope::ui
