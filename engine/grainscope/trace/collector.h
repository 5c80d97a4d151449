// The thread that watches: it empties the workers' rings, reads their counters, and writes a stream.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <grainscope/platform/atomic.h>
#include <grainscope/trace/data_board.h>
#include <grainscope/trace/event_ring.h>
#include <grainscope/trace/recording.h>
#include <grainscope/trace/stream_writer.h>
#include <grainscope/trace/subject.h>
#include <grainscope/trace/worker_meter.h>

namespace grainscope::trace {

struct CollectorOptions {
    std::string metadata = "{}";       ///< JSON object for the header
    Subject* subject = nullptr;        ///< may come later: set_subject
    const DataBoard* board = nullptr;  ///< may come later: set_board
    std::size_t workers = 0;           ///< rows in the header, if more than the subject has
    Level level = Level::states;
    std::chrono::milliseconds interval{33};  ///< at most 100 ms: a stream is never further behind
    std::function<void()> on_reader_gone;    ///< called once, from the collector's thread
};

/// Writes a recording while its subject works. The header is with the kernel when the constructor returns, everything
/// else at most `interval` after it happened. Counters and times count from the moment a subject was attached.
///
/// It never makes a worker wait: what a reader that does not keep up leaves in the rings is dropped there, and counted.
/// begin_phase, end_phase, set_verdict and note do not wait for the stream (a few microseconds for a reading of all
/// workers); set_subject, flush and stop do. All functions may be called from any thread.
class Collector {
  public:
    /// The writer has its sinks, and belongs to the collector until stop returns.
    Collector(StreamWriter& writer, CollectorOptions options);
    /// Stops as incomplete, unless it was stopped.
    ~Collector();
    Collector(const Collector&) = delete;
    Collector& operator=(const Collector&) = delete;

    /// Watches another subject from now on, or none (null). Returns when everything the one before recorded is in the
    /// stream and it may be destroyed; a subject must be taken away before that. Its worker i continues row i; rows are
    /// added if it has more.
    void set_subject(Subject* subject);
    /// Shows another board from now on, or none (null).
    void set_board(const DataBoard* board);
    /// Reads another board of channels from now on, or none (null).
    void set_channels(const ChannelBoard* channels);

    /// A phase begins or ends now. Every worker is read at this very moment, so that sums over a phase are exact.
    /// Phases may lie inside one another (a pause inside a sample).
    void begin_phase(PhaseKind kind, std::uint32_t index);
    void end_phase(PhaseKind kind, std::uint32_t index, bool discarded = false);
    /// The answer of a phase that has ended was checked.
    void set_verdict(PhaseKind kind, std::uint32_t index, bool correct);
    /// A note of now. NoteKind::result is kept back for the closing chunk.
    void note(NoteKind kind, std::string text);

    /// After the workers have come to rest: all that they recorded is in the stream when this returns.
    void flush();

    /// Reads everything a last time, turns the subject's recording off and ends the thread. complete: nothing is
    /// missing, and the closing chunk says so. A reader that does not read holds this up by no more than
    /// ByteSink::patience_ms. Later calls do nothing.
    void stop(bool complete);

    [[nodiscard]] bool reader_gone() const noexcept { return writer_.reader_gone(); }
    [[nodiscard]] std::vector<std::string> errors() const { return writer_.errors(); }

  private:
    /// Something that happened between two ticks, waiting to be written.
    using Pending = std::move_only_function<void(StreamWriter&)>;

    void run();
    void change_phase(PhaseKind kind, std::uint32_t index, bool begins, bool discarded);
    // These need stream_mutex_.
    void collect(std::size_t kernel_reads);
    void drain_rings();
    void attach(Subject* subject);
    void detach();
    void write_rows(const platform::ClockPair& clock, std::size_t rows);
    void close_open_spans();

    StreamWriter& writer_;
    const CollectorOptions options_;

    // Held while chunks are made and written; taken before front_mutex_.
    std::mutex stream_mutex_;
    const DataBoard* board_ = nullptr;
    const ChannelBoard* channels_ = nullptr;
    std::vector<EventRing*> rings_;
    std::vector<std::vector<Event>> staged_;  ///< drained, but not yet written; a row a worker
    MeterReading reading_;
    BoardImage image_;
    std::vector<ChannelReading> channel_readings_;
    std::uint64_t unpaid_frame_bytes_ = 0;  ///< of the last frame, after the ticks since
    std::size_t written_rows_ = 0;
    std::string result_;
    platform::ClockPair result_clock_;
    bool stopped_ = false;

    // Held for the moment of a reading, never while bytes are written. Clocks are read under it, so that the stream's
    // never go backwards.
    std::mutex front_mutex_;
    WorkerMeter meter_;
    Subject* subject_ = nullptr;  ///< changed under both
    std::vector<Pending> pending_;

    std::mutex wake_mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace grainscope::trace
