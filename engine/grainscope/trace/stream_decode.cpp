// What the chunks of a stream say. Every count is checked against the bytes that are left before anything is made of
// it, and the order that recording.h promises is enforced here, not trusted.
#include <algorithm>
#include <limits>

#include <grainscope/trace/stream_format.h>
#include <grainscope/trace/stream_reader.h>

namespace grainscope::trace {

using format::ChunkKind;

namespace {

constexpr const char* too_short = "a chunk ends early";

/// How far a verdict looks back for its phase.
constexpr std::size_t verdict_reach = 64;

/// Frames may take this much memory: a quarter of an hour of bars, half a minute of the largest pictures, and twice
/// that at half the rate, and so on.
constexpr std::uint64_t most_frame_bytes = std::uint64_t{64} << 20;

std::uint64_t bytes_of(const DataFrame& frame) noexcept {
    return sizeof(DataFrame) + frame.values.size() * 2 * sizeof(std::uint16_t);
}

constexpr std::array counter_fields = {&Counters::jobs,          &Counters::pops,  &Counters::steals,
                                       &Counters::failed_steals, &Counters::parks, &Counters::wakes,
                                       &Counters::injected,      &Counters::splits};

Nanoseconds held(std::uint64_t ns) noexcept {
    return static_cast<Nanoseconds>(std::min<std::uint64_t>(ns, ClockMap::latest));
}

}  // namespace

StreamReader::Complaint StreamReader::decode(ChunkKind kind, ByteCursor payload) {
    if (!has_header_) return kind == ChunkKind::header ? decode_header(payload) : "it does not begin with a header";
    if (kind == ChunkKind::header) return "a second header";
    if (kind < ChunkKind::header || kind > ChunkKind::messages) return nullptr;  // of a later minor version
    Ticks now = 0;
    const Nanoseconds at = read_clock(payload, now);
    if (payload.failed()) return too_short;
    switch (kind) {
        case ChunkKind::header:
            break;
        case ChunkKind::workers:
            return decode_workers(payload);
        case ChunkKind::phase_begin:
            return decode_phase_begin(payload, at);
        case ChunkKind::phase_end:
            return decode_phase_end(payload, at);
        case ChunkKind::verdict:
            return decode_verdict(payload);
        case ChunkKind::events:
            return decode_events(payload, now);
        case ChunkKind::samples:
            return decode_samples(payload, now, at);
        case ChunkKind::frame:
            return decode_frame(payload, at);
        case ChunkKind::note:
            return decode_note(payload, at);
        case ChunkKind::close:
            return decode_close(payload, at);
        case ChunkKind::channels:
            return decode_channels(payload, at);
        case ChunkKind::messages:
            return decode_messages(payload, now);
    }
    return nullptr;
}

Nanoseconds StreamReader::read_clock(ByteCursor& in, Ticks& ticks) {
    platform::ClockPair pair;
    pair.ticks = in.u64();
    pair.monotonic_ns = in.u64();
    if (in.failed()) return 0;
    clock_.add(pair);
    ticks = pair.ticks;
    const Nanoseconds at = clock_.at(pair.ticks);
    recording_.end = std::max(recording_.end, at);
    return at;
}

StreamReader::Complaint StreamReader::decode_header(ByteCursor& in) {
    read_clock(in, first_ticks_);
    const std::uint64_t workers = in.varint();
    const std::string_view metadata = in.text(in.varint());
    if (in.failed()) return too_short;
    if (workers > format::most_workers) return "it claims more than 4096 workers";
    recording_.metadata = metadata;
    recording_.workers.resize(static_cast<std::size_t>(workers));
    workers_.resize(recording_.workers.size());
    has_header_ = true;
    return nullptr;
}

StreamReader::Complaint StreamReader::decode_workers(ByteCursor& in) {
    const std::uint64_t workers = in.varint();
    if (in.failed()) return too_short;
    if (workers > format::most_workers) return "it claims more than 4096 workers";
    if (workers < workers_.size()) return "its number of workers falls";
    recording_.workers.resize(static_cast<std::size_t>(workers));
    workers_.resize(recording_.workers.size());
    return nullptr;
}

std::optional<StreamReader::PhaseKey> StreamReader::read_phase_key(ByteCursor& in) {
    const std::uint8_t kind = in.u8();
    const std::uint64_t index = in.varint();
    if (in.failed() || kind > static_cast<std::uint8_t>(PhaseKind::paused)) return std::nullopt;
    return PhaseKey{PhaseKind{kind}, static_cast<std::uint32_t>(index)};
}

StreamReader::Complaint StreamReader::decode_phase_begin(ByteCursor& in, Nanoseconds at) {
    const auto key = read_phase_key(in);
    if (in.failed()) return too_short;
    if (!key) return nullptr;  // a kind of phase of a later minor version
    if (open_phases_.size() == format::deepest_phase_nesting) return "more than 16 phases are open at once";
    at = latest_phase_change_ = std::max(at, latest_phase_change_);
    open_phases_.push_back(recording_.phases.size());
    recording_.phases.push_back({.kind = key->kind, .index = key->index, .begin = at, .end = {}, .correct = {}});
    return nullptr;
}

StreamReader::Complaint StreamReader::decode_phase_end(ByteCursor& in, Nanoseconds at) {
    const auto key = read_phase_key(in);
    const std::uint8_t flags = in.u8();
    if (in.failed()) return too_short;
    if (!key) return nullptr;
    for (std::size_t i = open_phases_.size(); i-- != 0;) {
        Phase& phase = recording_.phases[open_phases_[i]];
        if (phase.kind != key->kind || phase.index != key->index) continue;
        phase.end = latest_phase_change_ = std::max(at, latest_phase_change_);
        phase.discarded = (flags & format::phase_discarded) != 0;
        open_phases_.erase(open_phases_.begin() + static_cast<std::ptrdiff_t>(i));
        return nullptr;
    }
    return "a phase ends that had not begun";
}

StreamReader::Complaint StreamReader::decode_verdict(ByteCursor& in) {
    const auto key = read_phase_key(in);
    const bool correct = in.u8() != 0;
    if (in.failed()) return too_short;
    if (!key) return nullptr;
    std::size_t looked_at = 0;
    for (auto phase = recording_.phases.rbegin(); phase != recording_.phases.rend() && looked_at < verdict_reach;
         ++phase, ++looked_at) {
        if (phase->kind != key->kind || phase->index != key->index) continue;
        phase->correct = correct;
        return nullptr;
    }
    return "a verdict on a phase that had not begun";
}

void StreamReader::add_state(WorkerTrack& track, Ticks begin_ticks, Ticks end_ticks, State state) {
    Nanoseconds begin = clock_.at(begin_ticks);
    const Nanoseconds end = clock_.at(end_ticks);
    if (!track.states.empty()) begin = std::max(begin, track.states.back().end);
    if (end <= begin) return;  // before the recording began, or told twice when a subject was watched again
    track.states.push_back({begin, end, state});
    recording_.end = std::max(recording_.end, end);
}

StreamReader::Complaint StreamReader::decode_events(ByteCursor& in, Ticks now) {
    constexpr std::size_t shortest_event = 2;
    const std::uint64_t worker = in.varint();
    const std::uint64_t count = in.varint();
    if (in.failed()) return too_short;
    if (worker >= workers_.size()) return "events of a worker that does not exist";
    if (count > in.remaining() / shortest_event) return "more events than its bytes can hold";
    WorkerTrack& track = recording_.workers[static_cast<std::size_t>(worker)];

    Ticks state_end = now, steal_at = now, task_end = now;
    std::uint64_t task_id = 0, steal_id = 0;
    const auto read_span = [&in](std::uint8_t tag, Ticks& last_end) {
        const Ticks begin =
            (tag & format::tag_contiguous) != 0 ? last_end : last_end + static_cast<Ticks>(in.svarint());
        const Ticks length = in.varint();
        last_end = begin + length < begin ? std::numeric_limits<Ticks>::max() : begin + length;
        return begin;
    };
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint8_t tag = in.u8();
        switch (tag & format::tag_kind_mask) {
            case static_cast<int>(EventKind::state): {
                const Ticks begin = read_span(tag, state_end);
                const int state = tag >> format::tag_state_shift;
                if (in.failed()) return too_short;
                if (state >= state_count) return "a state that does not exist";
                add_state(track, begin, state_end, State{static_cast<std::uint8_t>(state)});
                break;
            }
            case static_cast<int>(EventKind::steal): {
                steal_at += static_cast<Ticks>(in.svarint());
                const std::uint64_t victim = in.varint();
                if ((tag & format::tag_has_id) != 0) steal_id += static_cast<std::uint64_t>(in.svarint());
                if (in.failed()) return too_short;
                if (victim >= workers_.size()) return "a steal from a worker that does not exist";
                Nanoseconds at = clock_.at(steal_at);
                if (!track.steals.empty()) at = std::max(at, track.steals.back().at);
                track.steals.push_back(
                    {at, static_cast<std::uint32_t>(victim), (tag & format::tag_has_id) != 0 ? steal_id : 0});
                recording_.end = std::max(recording_.end, at);
                break;
            }
            case static_cast<int>(EventKind::task): {
                const Ticks begin = read_span(tag, task_end);
                task_id += static_cast<std::uint64_t>(in.svarint());
                const std::uint64_t parent = task_id + static_cast<std::uint64_t>(in.svarint());
                const std::uint64_t flags = in.varint();
                const std::uint64_t victim = (tag & format::tag_has_victim) != 0 ? in.varint() : 0;
                if (in.failed()) return too_short;
                if (victim >= std::max<std::size_t>(workers_.size(), 1))
                    return "a task of a worker that does not exist";
                Nanoseconds end = clock_.at(task_end);
                if (!track.tasks.empty()) end = std::max(end, track.tasks.back().end);
                track.tasks.push_back({.begin = std::min(clock_.at(begin), end),
                                       .end = end,
                                       .id = task_id,
                                       .parent = parent,
                                       .victim = static_cast<std::uint32_t>(victim),
                                       .flags = static_cast<std::uint16_t>(flags)});
                recording_.end = std::max(recording_.end, end);
                break;
            }
            default:
                return "an event of no known kind";
        }
    }
    return nullptr;
}

bool StreamReader::decode_sample(ByteCursor& in, std::size_t worker, bool absolute, double ns_per_tick, Ticks now,
                                 Nanoseconds at) {
    WorkerContext& context = workers_[worker];
    WorkerSample sample{.at = at, .counters = {}, .state_ns = {}, .on_cpu_ns = {}, .descheduled_ns = {}};
    const std::uint8_t flags = in.u8();
    if (absolute) {
        context.counters = {};
        context.on_cpu_ns = context.runnable_ns = 0;
    }
    if ((flags & format::sample_has_counters) != 0) {
        const std::uint8_t grown = in.u8();
        for (std::size_t i = 0; i < counter_fields.size(); ++i) {
            if ((grown >> i & 1) != 0) context.counters.*counter_fields[i] += in.varint();
        }
        sample.counters = context.counters;
    }
    if ((flags & format::sample_has_states) != 0) {
        const std::uint8_t grown = in.u8();
        sample.state_ns.emplace();
        for (std::size_t i = 0; i < state_count; ++i) {
            const Ticks value = (grown >> i & 1) != 0 ? in.varint() : 0;
            const Ticks total = absolute ? value : context.state_ticks[i] + value;
            // Growth, not totals, is turned into nanoseconds: the rate is known best for the stretch since the last
            // sample.
            const Ticks growth = total > context.state_ticks[i] ? total - context.state_ticks[i] : 0;
            context.state_ticks[i] = total;
            context.state_ns[i] = std::min(context.state_ns[i] + static_cast<double>(growth) * ns_per_tick,
                                           static_cast<double>(ClockMap::latest));
            (*sample.state_ns)[i] = static_cast<Nanoseconds>(context.state_ns[i] + 0.5);
        }
    }
    if ((flags & format::sample_has_kernel_times) != 0) {
        context.on_cpu_ns += in.varint();
        context.runnable_ns += in.varint();
        sample.on_cpu_ns = held(context.on_cpu_ns);
        sample.descheduled_ns = held(context.runnable_ns);
    }
    const std::uint64_t drops = (flags & format::sample_has_drops) != 0 ? in.varint() : 0;
    const std::uint64_t dropped = absolute ? drops : context.dropped + drops;
    recording_.dropped_events += dropped - context.dropped;
    context.dropped = sample.dropped_events = dropped;
    const int state = flags >> format::sample_state_shift;
    const Ticks open_for = in.varint();
    sample.present = state != format::sample_is_absent;
    if (in.failed() || (sample.present && state >= state_count)) return false;
    if (sample.present) sample.open_state = State{static_cast<std::uint8_t>(state)};
    sample.open_since = clock_.at(open_for > now ? 0 : now - open_for);
    recording_.workers[worker].samples.push_back(sample);
    return true;
}

StreamReader::Complaint StreamReader::decode_samples(ByteCursor& in, Ticks now, Nanoseconds at) {
    constexpr std::size_t shortest_sample = 2;
    const bool absolute = (in.u8() & format::samples_are_absolute) != 0;
    const std::uint64_t count = in.varint();
    if (in.failed()) return too_short;
    if (count > workers_.size()) return "samples of workers that do not exist";
    if (count > in.remaining() / shortest_sample) return "more samples than its bytes can hold";
    if (!absolute && !last_samples_at_) return "samples that lean on nothing";
    const double ns_per_tick = clock_.ns_per_tick(last_samples_at_.value_or(first_ticks_), now);
    for (std::size_t worker = 0; worker < count; ++worker) {
        const auto& samples = recording_.workers[worker].samples;
        if (!samples.empty()) at = std::max(at, samples.back().at);
        if (!decode_sample(in, worker, absolute, ns_per_tick, now, at)) return "a sample that makes no sense";
    }
    last_samples_at_ = std::max(now, last_samples_at_.value_or(0));
    return nullptr;
}

StreamReader::Complaint StreamReader::decode_channels(ByteCursor& in, Nanoseconds at) {
    constexpr std::size_t shortest_sample = 4;
    constexpr std::array totals = {&ChannelReading::sent, &ChannelReading::received, &ChannelReading::send_blocked_ns,
                                   &ChannelReading::receive_blocked_ns};
    const bool absolute = (in.u8() & format::channels_are_absolute) != 0;
    const std::uint64_t count = in.varint();
    if (in.failed()) return too_short;
    if (count > format::most_channels) return "it claims more than 1024 channels";
    if (count > in.remaining() / shortest_sample) return "more channels than its bytes can hold";
    if (recording_.channels.size() < count) recording_.channels.resize(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<ChannelSample>& samples = recording_.channels[i].samples;
        if (!absolute && samples.empty()) return "samples of channels that lean on nothing";
        ChannelSample sample{.at = samples.empty() ? at : std::max(at, samples.back().at), .reading = {}};
        const std::uint8_t grown = in.u8();
        for (std::size_t field = 0; field < totals.size(); ++field) {
            const std::uint64_t before = absolute ? 0 : samples.back().reading.*totals[field];
            sample.reading.*totals[field] = before + ((grown >> field & 1) != 0 ? in.varint() : 0);
        }
        sample.reading.depth = in.varint();
        sample.reading.blocked_senders = static_cast<std::uint32_t>(in.varint());
        sample.reading.blocked_receivers = static_cast<std::uint32_t>(in.varint());
        if (in.failed()) return too_short;
        samples.push_back(sample);
    }
    return nullptr;
}

StreamReader::Complaint StreamReader::decode_messages(ByteCursor& in, Ticks now) {
    constexpr std::size_t shortest_span = 4;
    const std::uint64_t worker = in.varint();
    const std::uint64_t count = in.varint();
    if (in.failed()) return too_short;
    if (worker >= workers_.size()) return "messages at a worker that does not exist";
    if (count > in.remaining() / shortest_span) return "more messages than its bytes can hold";
    std::vector<MessageSpan>& messages = recording_.workers[static_cast<std::size_t>(worker)].messages;
    Ticks last_end = now;
    std::uint64_t message = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const Ticks begin = last_end + static_cast<Ticks>(in.svarint());
        const Ticks length = in.varint();
        message += static_cast<std::uint64_t>(in.svarint());
        const std::uint64_t stage = in.varint();
        if (in.failed()) return too_short;
        if (stage >= format::most_stages) return "a message at a stage that cannot exist";
        last_end = begin + length < begin ? std::numeric_limits<Ticks>::max() : begin + length;
        Nanoseconds end = clock_.at(last_end);
        if (!messages.empty()) end = std::max(end, messages.back().end);
        messages.push_back({.begin = std::min(clock_.at(begin), end),
                            .end = end,
                            .message = message,
                            .stage = static_cast<std::uint32_t>(stage)});
        recording_.end = std::max(recording_.end, end);
    }
    return nullptr;
}

StreamReader::Complaint StreamReader::decode_frame(ByteCursor& in, Nanoseconds at) {
    const bool key = (in.u8() & format::frame_is_key) != 0;
    const std::uint64_t slots = in.varint();
    if (in.failed()) return too_short;
    if (slots > format::most_slots) return "a frame of more than 65536 slots";
    if (key) {
        board_ = BoardImage::empty(static_cast<std::size_t>(slots));
        has_board_ = true;
    }
    if (!has_board_ || slots != board_.slots()) return "a frame that leans on nothing";
    if (!decode_runs(in, workers_.size(), board_)) return "a frame that makes no sense";

    DataFrame frame{.at = at, .values = board_.values, .owners = board_.owners};
    if (!recording_.frames.empty()) frame.at = std::max(at, recording_.frames.back().at);
    frame_bytes_ += bytes_of(frame);
    recording_.frames.push_back(std::move(frame));
    if (frame_bytes_ > most_frame_bytes) thin_frames();
    return nullptr;
}

void StreamReader::thin_frames() {
    std::vector<DataFrame>& frames = recording_.frames;
    const std::size_t half = frames.size() / 2;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (i < half && i % 2 == 1) {
            frame_bytes_ -= bytes_of(frames[i]);
        } else if (kept++ != i) {
            frames[kept - 1] = std::move(frames[i]);
        }
    }
    frames.resize(kept);
}

void StreamReader::add_note(Nanoseconds at, NoteKind kind, std::string_view text) {
    if (!recording_.notes.empty()) at = std::max(at, recording_.notes.back().at);
    recording_.notes.push_back({at, kind, std::string(text)});
}

StreamReader::Complaint StreamReader::decode_note(ByteCursor& in, Nanoseconds at) {
    const std::uint8_t kind = in.u8();
    if (in.failed()) return too_short;
    if (kind > static_cast<std::uint8_t>(NoteKind::rows)) return nullptr;  // of a later minor version
    add_note(at, NoteKind{kind}, in.text(in.remaining()));
    return nullptr;
}

StreamReader::Complaint StreamReader::decode_close(ByteCursor& in, Nanoseconds at) {
    const std::string_view result = in.text(in.remaining());
    if (!result.empty()) add_note(at, NoteKind::result, result);
    recording_.complete = true;
    return nullptr;
}

}  // namespace grainscope::trace
