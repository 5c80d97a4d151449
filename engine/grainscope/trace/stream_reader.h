// Reads a stream as it arrives and grows a Recording from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <grainscope/trace/byte_codec.h>
#include <grainscope/trace/clock_map.h>
#include <grainscope/trace/frame_codec.h>
#include <grainscope/trace/recording.h>
#include <grainscope/trace/stream_format.h>

namespace grainscope::trace {

/// Why a stream or a file could not be read. `message` is one line for the user.
struct ReadError {
    enum class Kind {
        missing,          ///< no such file
        unreadable,       ///< a directory, no permission, an IO error
        empty,            ///< no bytes at all
        not_a_recording,  ///< it begins with something else
        newer_version,    ///< a major version that this reader does not know
        cut_off,          ///< it ends before its header was whole
        damaged,          ///< bytes that no writer wrote; what comes before them is kept
    };
    Kind kind = Kind::damaged;
    std::string message;
};

/// Feed it bytes in pieces of any size; the recording holds what the whole chunks so far said. Amortised O(bytes), and
/// the memory it takes is bounded by a constant and a multiple of the bytes fed, whatever they are. Not thread-safe.
class StreamReader {
  public:
    /// After an error the recording stays as it is, and every later call gives the same error. Damage behind the header
    /// is also in the recording, as its last note.
    [[nodiscard]] std::expected<void, ReadError> feed(std::span<const std::byte> bytes);

    /// The input has ended: an error if it did so before the header was whole. A recording that is cut off later is
    /// none (Recording::complete says so).
    [[nodiscard]] std::expected<void, ReadError> finish() const;

    [[nodiscard]] const Recording& recording() const noexcept { return recording_; }
    [[nodiscard]] Recording take() && { return std::move(recording_); }
    [[nodiscard]] bool has_header() const noexcept { return has_header_; }
    [[nodiscard]] std::uint64_t bytes_fed() const noexcept { return bytes_fed_; }

  private:
    struct WorkerContext {
        Counters counters;
        std::array<Ticks, state_count> state_ticks{};
        std::array<double, state_count> state_ns{};
        std::uint64_t on_cpu_ns = 0, runnable_ns = 0;
        std::uint64_t dropped = 0;
    };
    struct PhaseKey {
        PhaseKind kind;
        std::uint32_t index;
    };

    [[nodiscard]] std::size_t consume(std::span<const std::byte> bytes);
    [[nodiscard]] bool read_preamble(std::span<const std::byte> bytes);
    void fail(ReadError::Kind kind, std::string message);
    void damaged(const std::string& why);

    // Each decodes one payload; a string says what is wrong with it, null that it is well.
    using Complaint = const char*;
    [[nodiscard]] Complaint decode(format::ChunkKind kind, ByteCursor payload);
    [[nodiscard]] Complaint decode_header(ByteCursor& in);
    [[nodiscard]] Complaint decode_workers(ByteCursor& in);
    [[nodiscard]] Complaint decode_phase_begin(ByteCursor& in, Nanoseconds at);
    [[nodiscard]] Complaint decode_phase_end(ByteCursor& in, Nanoseconds at);
    [[nodiscard]] Complaint decode_verdict(ByteCursor& in);
    [[nodiscard]] Complaint decode_events(ByteCursor& in, Ticks now);
    [[nodiscard]] Complaint decode_samples(ByteCursor& in, Ticks now, Nanoseconds at);
    [[nodiscard]] bool decode_sample(ByteCursor& in, std::size_t worker, bool absolute, double ns_per_tick, Ticks now,
                                     Nanoseconds at);
    [[nodiscard]] Complaint decode_channels(ByteCursor& in, Nanoseconds at);
    [[nodiscard]] Complaint decode_messages(ByteCursor& in, Ticks now);
    [[nodiscard]] Complaint decode_frame(ByteCursor& in, Nanoseconds at);
    void thin_frames();  // every second one of the older half goes
    [[nodiscard]] Complaint decode_note(ByteCursor& in, Nanoseconds at);
    [[nodiscard]] Complaint decode_close(ByteCursor& in, Nanoseconds at);

    [[nodiscard]] static std::optional<PhaseKey> read_phase_key(ByteCursor& in);
    Nanoseconds read_clock(ByteCursor& in, Ticks& ticks);
    void add_state(WorkerTrack& track, Ticks begin, Ticks end, State state);
    void add_note(Nanoseconds at, NoteKind kind, std::string_view text);

    Recording recording_;
    ClockMap clock_;
    std::vector<WorkerContext> workers_;
    std::optional<Ticks> last_samples_at_;
    Ticks first_ticks_ = 0;
    std::vector<std::size_t> open_phases_;
    Nanoseconds latest_phase_change_ = 0;
    BoardImage board_;
    bool has_board_ = false;
    std::uint64_t frame_bytes_ = 0;

    std::vector<std::byte> rest_;  ///< the beginning of a chunk whose end has not come yet
    std::uint64_t bytes_fed_ = 0;
    std::uint64_t bytes_done_ = 0;
    bool has_preamble_ = false;
    bool has_header_ = false;
    std::optional<ReadError> error_;
};

/// Reads a file to its last whole chunk. A recording that is damaged behind its header opens as well: what comes before
/// the damage, and a last note that names it.
[[nodiscard]] std::expected<Recording, ReadError> open_recording(const std::string& path);

}  // namespace grainscope::trace
