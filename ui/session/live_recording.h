// A recording that grows while a run lives, or a saved one; the same thing to everything that draws.
#pragma once

#include <expected>
#include <memory>
#include <span>

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <grainscope/trace/recording.h>

namespace grainscope::ui {

/// What models read: it lives as long as any of them holds it.
using RecordingPtr = std::shared_ptr<const trace::Recording>;

/// Decodes a stream as it arrives and keeps its bytes in a temporary file, so that saving is a copy of the exact
/// stream. One thread only: the window's.
class LiveRecording : public std::enable_shared_from_this<LiveRecording> {
  public:
    /// An empty recording, to be fed with append().
    [[nodiscard]] static std::shared_ptr<LiveRecording> create();
    /// Opens a saved one, whole. A file that was cut off opens up to its last whole chunk, and warning() says so. The
    /// error is a sentence: missing, empty, a folder, not a recording, made by a newer version.
    [[nodiscard]] static std::expected<std::shared_ptr<LiveRecording>, QString> open(const QString& path);
    ~LiveRecording();

    /// Takes the next bytes of the stream. After an error (a sentence) nothing more is decoded; what was read stays.
    [[nodiscard]] std::expected<void, QString> append(std::span<const std::byte> bytes);

    /// Nothing more will come: what is missing now was cut off.
    void finish();
    /// Whether more may come.
    [[nodiscard]] bool isLive() const;

    [[nodiscard]] const trace::Recording& recording() const;
    [[nodiscard]] RecordingPtr share() const;
    /// The metadata chunk as an object; empty before it arrived.
    [[nodiscard]] QJsonObject metadata() const;
    /// The result note as an object; empty if there is none yet.
    [[nodiscard]] QJsonObject result() const;
    /// "Quicksort" or "sort.grainscope": what the window's title says.
    [[nodiscard]] QString title() const;
    /// The file it was opened from or saved to last; empty for one that was never saved.
    [[nodiscard]] QString path() const;
    /// Whether it holds bytes that are in no file of the user's.
    [[nodiscard]] bool isUnsaved() const;
    /// What the user should know about a recording that is not whole; empty if all is well.
    [[nodiscard]] QString warning() const;
    /// Bytes of the stream so far.
    [[nodiscard]] qint64 size() const;

    /// Copies the stream's bytes to a file, replacing it only once all is written. The error is a sentence.
    [[nodiscard]] std::expected<void, QString> save(const QString& path);

  private:
    struct Private;
    LiveRecording();
    std::unique_ptr<Private> d;
};

}  // namespace grainscope::ui
