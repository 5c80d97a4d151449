// Writes a stream: every function appends one chunk, flush() hands them to the sinks. docs/stream-format.md has the
// bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/byte_sink.h>
#include <grainscope/trace/byte_codec.h>
#include <grainscope/trace/frame_codec.h>
#include <grainscope/trace/recording.h>
#include <grainscope/trace/stream_format.h>
#include <grainscope/trace/worker_meter.h>

namespace grainscope::trace {

/// Encodes chunks and writes them to any number of sinks at once (`--record FILE` and `--stream -` together). A sink
/// that fails, or whose reader goes away, is let go of and the others go on; what it took so far stays readable.
///
/// One thread at a time; reader_gone, errors and hurry may be called from any thread at any time.
class StreamWriter {
  public:
    /// Before write_header: a sink sees the stream from its first byte.
    void add_sink(platform::ByteSink sink);

    /// The preamble and the first chunk. metadata is a JSON object. workers <= format::most_workers.
    void write_header(const platform::ClockPair& clock, std::size_t workers, std::string_view metadata);
    /// The recording has this many rows from here on; never fewer than before.
    void write_workers(const platform::ClockPair& clock, std::size_t workers);
    void write_phase_begin(const platform::ClockPair& clock, PhaseKind kind, std::uint32_t index);
    void write_phase_end(const platform::ClockPair& clock, PhaseKind kind, std::uint32_t index, bool discarded);
    void write_verdict(const platform::ClockPair& clock, PhaseKind kind, std::uint32_t index, bool correct);
    /// Events of one worker, in the order of its ring; the clock was read after the last of them. Splits long rows.
    /// Messages go to chunks of their own.
    void write_events(const platform::ClockPair& clock, std::size_t worker, std::span<const Event> events);
    void write_samples(const MeterReading& reading);
    /// At most format::most_channels. Nothing is written for no channels.
    void write_channels(const platform::ClockPair& clock, std::span<const ChannelReading> channels);
    /// Writes nothing if the image equals the last one written.
    void write_frame(const platform::ClockPair& clock, const BoardImage& image);
    void write_note(const platform::ClockPair& clock, NoteKind kind, std::string_view text);
    /// The stream is whole and ends here. result: the document of NoteKind::result, or empty.
    void write_close(const platform::ClockPair& clock, std::string_view result);

    /// Hands all chunks to the kernel. Waits for a pipe or socket that is full.
    void flush();
    /// From now on a reader that does not read is waited for no longer than ByteSink::patience_ms.
    void hurry() noexcept { impatient_.store(true, relaxed); }  // a wish; ByteSink::write polls it

    /// A pipe or socket lost its reader: nobody is watching.
    [[nodiscard]] bool reader_gone() const noexcept {
        return reader_gone_.load(relaxed);
    }  // a flag that stands for itself
    /// One line for each sink that failed and each chunk that could not be written.
    [[nodiscard]] std::vector<std::string> errors() const;
    [[nodiscard]] bool has_sinks() const noexcept { return !sinks_.empty(); }
    /// Bytes encoded so far, flushed or not.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return flushed_bytes_ + pending_.size(); }

    /// How many frames, or chunks of samples, may lean on one that stands alone.
    static constexpr std::uint32_t key_interval = 30;

  private:
    void begin_chunk(format::ChunkKind kind);
    void begin_chunk(format::ChunkKind kind, const platform::ClockPair& clock);
    void end_chunk();
    void put_phase(PhaseKind kind, std::uint32_t index);
    void put_events(const platform::ClockPair& clock, std::size_t worker, std::span<const Event> events);
    void put_messages(const platform::ClockPair& clock, std::size_t worker, std::span<const Event> messages);
    void put_sample(const WorkerTotals& from, const WorkerTotals& to, Ticks now);
    void report(std::string line);

    std::vector<platform::ByteSink> sinks_;
    ByteBuffer pending_;
    std::size_t chunk_at_ = 0;
    std::uint64_t flushed_bytes_ = 0;

    std::vector<WorkerTotals> last_sample_;
    std::uint32_t samples_since_key_ = 0;
    std::vector<ChannelReading> last_channels_;
    std::uint32_t channels_since_key_ = 0;
    BoardImage last_frame_;
    std::uint32_t frames_since_key_ = 0;

    Atomic<bool> impatient_{false};
    Atomic<bool> reader_gone_{false};
    mutable std::mutex errors_mutex_;
    std::vector<std::string> errors_;
};

}  // namespace grainscope::trace
