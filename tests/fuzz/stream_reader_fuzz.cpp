// The property under test, as libFuzzer calls it: whatever the bytes are, reading and analysing them ends, touches
// nothing it should not, and keeps what recording.h promises.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include <grainscope/trace/analysis.h>
#include <grainscope/trace/stream_reader.h>

namespace {

using namespace grainscope::trace;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

void check_track(const Recording& recording, const WorkerTrack& track) {
    const std::size_t workers = recording.workers.size();
    Nanoseconds last = 0;
    for (const StateSpan& span : track.states) {
        require(span.begin >= last && span.end > span.begin, "spans are disjoint and in order");
        require(span.end <= recording.end, "nothing ends behind the recording");
        require(static_cast<int>(span.state) < state_count, "states exist");
        last = span.end;
    }
    last = 0;
    for (const StealMark& steal : track.steals) {
        require(steal.at >= last && steal.victim < workers, "steals are in order and their victims exist");
        last = steal.at;
    }
    last = 0;
    for (const TaskSpan& task : track.tasks) {
        require(task.end >= last && task.begin <= task.end && task.begin >= 0, "tasks are in the order of their end");
        require(task.victim < workers, "a task's victim exists");
        last = task.end;
    }
    last = 0;
    for (const WorkerSample& sample : track.samples) {
        require(sample.at >= last && sample.at <= recording.end, "samples are in order");
        require(static_cast<int>(sample.open_state) < state_count, "open states exist");
        last = sample.at;
    }
}

void check(const Recording& recording) {
    require(recording.workers.size() <= format::most_workers, "rows are bounded");
    for (const WorkerTrack& track : recording.workers) check_track(recording, track);
    Nanoseconds last = 0;
    for (const Phase& phase : recording.phases) {
        require(phase.begin >= last && phase.end.value_or(phase.begin) >= phase.begin, "phases are in order");
        last = phase.begin;
    }
    last = 0;
    for (const DataFrame& frame : recording.frames) {
        require(frame.at >= last && frame.values.size() == frame.owners.size(), "frames are whole and in order");
        for (const std::uint16_t owner : frame.owners) {
            require(owner == DataBoard::no_owner || owner < recording.workers.size(), "owners exist");
        }
        last = frame.at;
    }
    for (std::size_t i = 1; i < recording.notes.size(); ++i) {
        require(recording.notes[i].at >= recording.notes[i - 1].at, "notes are in order");
    }
}

void check_analysis(const Recording& recording) {
    const Analysis all = analyze(recording);
    require(!all.utilisation || (*all.utilisation >= 0 && *all.utilisation <= 1), "utilisation is a share");
    require(!all.work || (*all.work >= 0 && *all.span >= 0 && *all.burdened_span >= *all.span),
            "work and span are times");
    const TimeRange middle{recording.end / 3, recording.end / 2 + 1};
    (void)analyze(recording, middle);
    for (std::size_t worker = 0; worker < std::min<std::size_t>(recording.workers.size(), 3); ++worker) {
        for (const TimeRange range : {TimeRange{0, recording.end}, middle}) {
            for (const float fraction : busy_fraction(recording, worker, range, 37)) {
                require(fraction >= 0 && fraction <= 1, "a busy fraction is a share");
            }
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    StreamReader whole;
    const bool fine = whole.feed(bytes).has_value();
    check(whole.recording());
    check_analysis(whole.recording());

    // In pieces, as a pipe brings them, it must say the same.
    StreamReader piecewise;
    bool still_fine = true;
    for (std::size_t at = 0, step = 1; at < size; at += step, step = step * 3 % 1021) {
        still_fine = piecewise.feed(bytes.subspan(at, std::min(step, size - at))).has_value();
    }
    require(still_fine == fine, "pieces give the same verdict");
    require(piecewise.recording().version == whole.recording().version, "pieces give the same chunks");
    return 0;
}
