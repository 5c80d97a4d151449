#include "ui/session/live_recording.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSaveFile>
#include <QTemporaryFile>

#include <grainscope/trace/stream_reader.h>

#include "ui/models/format.h"

namespace grainscope::ui {

using namespace Qt::StringLiterals;
using trace::ReadError;

namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::LiveRecording)
};

constexpr qint64 blockBytes = 1 << 20;

QJsonObject parsed(const std::string& text) {
    return QJsonDocument::fromJson(QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size()))).object();
}

QString sentenceFor(const ReadError& error, const QString& path) {
    const QString name = QFileInfo(path).fileName();
    switch (error.kind) {
        case ReadError::Kind::missing:
            return Text::tr("There is no file “%1”.").arg(path);
        case ReadError::Kind::empty:
            return Text::tr("“%1” is empty; a recording begins with a header.").arg(name);
        case ReadError::Kind::not_a_recording:
            return Text::tr("“%1” is not a Grainscope recording.").arg(name);
        case ReadError::Kind::newer_version:
            return Text::tr("“%1” was made by a newer Grainscope: %2.")
                .arg(name, QString::fromStdString(error.message));
        case ReadError::Kind::cut_off:
            return Text::tr("“%1” was cut off before its first entry; there is nothing to show.").arg(name);
        case ReadError::Kind::unreadable:
        case ReadError::Kind::damaged:
            break;
    }
    return Text::tr("“%1” cannot be read: %2.").arg(name, QString::fromStdString(error.message));
}

}  // namespace

struct LiveRecording::Private {
    trace::StreamReader reader;
    std::unique_ptr<QFile> bytes;  ///< the stream so far: a temporary file, or the one that was opened
    qint64 size = 0;
    QString path;
    QString spoolError;
    QString streamError;
    bool live = true;
    bool unsaved = false;

    void spool(std::span<const std::byte> piece);
};

/// A full disk under the temporary file must not end the run: the views go on, and save() says why it cannot.
void LiveRecording::Private::spool(std::span<const std::byte> piece) {
    if (!spoolError.isEmpty()) return;
    if (!bytes) {
        auto file = std::make_unique<QTemporaryFile>(QDir::temp().filePath(u"grainscope-XXXXXX.stream"_s));
        if (!file->open()) {
            spoolError = file->errorString();
            return;
        }
        bytes = std::move(file);
    }
    const auto length = static_cast<qint64>(piece.size());
    const bool written = bytes->seek(size) &&
                         bytes->write(reinterpret_cast<const char*>(piece.data()), length) == length && bytes->flush();
    if (!written) spoolError = bytes->errorString();
}

LiveRecording::LiveRecording() : d(std::make_unique<Private>()) {}
LiveRecording::~LiveRecording() = default;

std::shared_ptr<LiveRecording> LiveRecording::create() { return std::shared_ptr<LiveRecording>(new LiveRecording); }

std::expected<std::shared_ptr<LiveRecording>, QString> LiveRecording::open(const QString& path) {
    const QFileInfo info(path);
    if (!info.exists()) return std::unexpected(Text::tr("There is no file “%1”.").arg(path));
    if (info.isDir()) return std::unexpected(Text::tr("“%1” is a folder; a recording is a file.").arg(path));
    auto recording = create();
    Private& d = *recording->d;
    d.bytes = std::make_unique<QFile>(path);
    if (!d.bytes->open(QIODevice::ReadOnly)) {
        return std::unexpected(Text::tr("“%1” cannot be read: %2.").arg(info.fileName(), d.bytes->errorString()));
    }
    QByteArray block(blockBytes, Qt::Uninitialized);
    while (true) {
        const qint64 length = d.bytes->read(block.data(), blockBytes);
        if (length < 0) {
            return std::unexpected(Text::tr("“%1” cannot be read: %2.").arg(info.fileName(), d.bytes->errorString()));
        }
        if (length == 0) break;
        d.size += length;
        const auto fed = d.reader.feed(std::as_bytes(std::span(block.constData(), static_cast<std::size_t>(length))));
        if (!fed && !d.reader.has_header()) return std::unexpected(sentenceFor(fed.error(), path));
        if (!fed) d.streamError = QString::fromStdString(fed.error().message);
    }
    if (!d.reader.has_header()) {
        const auto whole = d.reader.finish();
        if (!whole) return std::unexpected(sentenceFor(whole.error(), path));
    }
    d.path = info.absoluteFilePath();
    d.live = false;
    return recording;
}

std::expected<void, QString> LiveRecording::append(std::span<const std::byte> bytes) {
    d->spool(bytes);
    d->size += static_cast<qint64>(bytes.size());
    d->unsaved = true;
    if (const auto fed = d->reader.feed(bytes); !fed) {
        d->streamError = QString::fromStdString(fed.error().message);
        return std::unexpected(d->streamError);
    }
    return {};
}

void LiveRecording::finish() { d->live = false; }
bool LiveRecording::isLive() const { return d->live; }

const trace::Recording& LiveRecording::recording() const { return d->reader.recording(); }

RecordingPtr LiveRecording::share() const { return RecordingPtr(shared_from_this(), &d->reader.recording()); }

QJsonObject LiveRecording::metadata() const { return parsed(recording().metadata); }

QJsonObject LiveRecording::result() const {
    const trace::Note* note = recording().last_note(trace::NoteKind::result);
    return note ? parsed(note->text) : QJsonObject();
}

QString LiveRecording::title() const {
    if (!d->path.isEmpty()) return QFileInfo(d->path).fileName();
    const QString workload = metadata()[u"workload"].toString();
    return workload.isEmpty() ? Text::tr("Recording") : workload;
}

QString LiveRecording::path() const { return d->path; }
bool LiveRecording::isUnsaved() const { return d->unsaved; }
qint64 LiveRecording::size() const { return d->size; }

QString LiveRecording::warning() const {
    if (!d->streamError.isEmpty()) {
        return Text::tr("This recording is %1. What comes before is shown.").arg(d->streamError);
    }
    if (d->live || recording().complete || !d->reader.has_header()) return {};
    return Text::tr("This recording was cut off after %1; what was written until then is shown.")
        .arg(formatDuration(static_cast<double>(recording().end)));
}

std::expected<void, QString> LiveRecording::save(const QString& path) {
    const auto fail = [&](const QString& why) {
        return std::unexpected(Text::tr("The recording cannot be saved as “%1”: %2.").arg(path, why));
    };
    if (!d->spoolError.isEmpty()) return fail(Text::tr("its bytes could not be kept (%1)").arg(d->spoolError));
    if (!d->bytes || d->size == 0) return fail(Text::tr("there is nothing in it yet"));
    if (QFileInfo(path).isDir()) return fail(Text::tr("that is a folder"));
    QSaveFile target(path);
    if (!target.open(QIODevice::WriteOnly)) return fail(target.errorString());
    if (!d->bytes->seek(0)) return fail(d->bytes->errorString());
    for (qint64 left = d->size; left > 0;) {
        const QByteArray block = d->bytes->read(std::min(left, blockBytes));
        if (block.isEmpty()) return fail(d->bytes->errorString());
        if (target.write(block) != block.size()) return fail(target.errorString());
        left -= block.size();
    }
    if (!target.commit()) return fail(target.errorString());
    d->path = QFileInfo(path).absoluteFilePath();
    d->unsaved = false;
    return {};
}

}  // namespace grainscope::ui
