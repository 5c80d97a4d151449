// A recording in memory: what a stream said, in nanoseconds since its beginning. Live views watch one grow; saved ones
// are the same thing, complete.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <grainscope/trace/channel_board.h>
#include <grainscope/trace/event.h>
#include <grainscope/trace/subject.h>

namespace grainscope::trace {

/// Nanoseconds since the recording's first clock pair.
using Nanoseconds = std::int64_t;

struct StateSpan {
    Nanoseconds begin = 0, end = 0;
    State state = State::parked;
};

struct StealMark {
    Nanoseconds at = 0;
    std::uint32_t victim = 0;
    std::uint64_t task = 0;
};

struct TaskSpan {
    Nanoseconds begin = 0, end = 0;
    std::uint64_t id = 0, parent = 0;
    std::uint32_t victim = 0;
    std::uint16_t flags = 0;
};

/// One periodic reading of a worker; counters and times since the recording began.
struct WorkerSample {
    Nanoseconds at = 0;
    std::optional<Counters> counters;
    std::optional<std::array<Nanoseconds, state_count>> state_ns;
    std::optional<Nanoseconds> on_cpu_ns;       ///< from the kernel
    std::optional<Nanoseconds> descheduled_ns;  ///< from the kernel: ready to run, no core
    std::uint64_t dropped_events = 0;
    State open_state = State::parked;  ///< the span still open at `at` ...
    Nanoseconds open_since = 0;        ///< ... and its begin
    bool present = true;               ///< false: the subject has no such worker now, its row stands still
};

/// A message on its way: that worker worked on it from begin to end, at that stage of the diagram.
struct MessageSpan {
    Nanoseconds begin = 0, end = 0;
    std::uint64_t message = 0;
    std::uint32_t stage = 0;
};

struct WorkerTrack {
    std::vector<StateSpan> states;      ///< by begin, disjoint
    std::vector<StealMark> steals;      ///< by time
    std::vector<TaskSpan> tasks;        ///< by end (a task is written when it is complete)
    std::vector<MessageSpan> messages;  ///< by end
    std::vector<WorkerSample> samples;
};

/// One periodic reading of a channel; totals since the recording began.
struct ChannelSample {
    Nanoseconds at = 0;
    ChannelReading reading;
};

struct ChannelTrack {
    std::vector<ChannelSample> samples;  ///< by time
};

enum class PhaseKind : std::uint8_t { prepare, warmup, sample, check, paused };

struct Phase {
    PhaseKind kind = PhaseKind::sample;
    std::uint32_t index = 0;  ///< 0-based among its kind
    Nanoseconds begin = 0;
    std::optional<Nanoseconds> end;  ///< none while it is open (or the recording was cut off)
    std::optional<bool> correct;     ///< the answer's check, where it has been made
    bool discarded = false;          ///< cancelled or slowed down: not a sample
};

/// The data board at one moment; `values` in [0, 65535], `owners` a worker index or DataBoard::no_owner.
struct DataFrame {
    Nanoseconds at = 0;
    std::vector<std::uint16_t> values;
    std::vector<std::uint16_t> owners;
};

enum class NoteKind : std::uint8_t {
    parameters,  ///< JSON object: every parameter's value from here on
    point,       ///< JSON: one point of a sweep, as in `sweep --json`; a later one with the same key replaces it
    warning,     ///< one line for the user
    result,      ///< JSON: the document that `--json` would have printed; the stream's last chunk
    progress,    ///< JSON: {"done": 3, "total": 12, "label": "..."}
    picture,     ///< JSON object: how the frames from here on are to be looked at; without one they are bars
    diagram,     ///< JSON object: the stages and channels from here on; without one there are none
    rows,        ///< JSON array: the kinds of rows from here on, [{"name", "rows"}]; empty or none: all are workers
};

struct Note {
    Nanoseconds at = 0;
    NoteKind kind = NoteKind::warning;
    std::string text;
};

struct Recording {
    std::string metadata;  ///< JSON object: workload, backend, threads, parameters, machine, version, seed, trace_level
    std::vector<WorkerTrack> workers;
    std::vector<Phase> phases;           ///< by begin
    std::vector<ChannelTrack> channels;  ///< by number in the diagram
    std::vector<DataFrame> frames;       ///< by time
    std::vector<Note> notes;             ///< by time
    Nanoseconds end = 0;                 ///< the latest moment known
    std::uint64_t dropped_events = 0;    ///< of all workers
    bool complete = false;               ///< the closing chunk was read: nothing was cut off
    std::uint64_t version = 0;           ///< grows with every chunk: a key for caches

    [[nodiscard]] const Note* last_note(NoteKind kind) const;
};

}  // namespace grainscope::trace
