#include <grainscope/trace/stream_writer.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <grainscope/trace/crc32c.h>

namespace grainscope::trace {

using format::ChunkKind;

namespace {

constexpr std::size_t events_per_chunk = 4096;
constexpr std::size_t longest_event = 64;  // a tag and at most six varints

void put_u32(std::byte* at, std::uint32_t value) noexcept {
    for (int i = 0; i < 4; ++i) at[i] = static_cast<std::byte>(value >> (8 * i));
}

std::byte* put_svarint(std::byte* out, std::uint64_t difference) noexcept {
    return put_varint(out, zigzag(static_cast<std::int64_t>(difference)));
}

std::uint8_t tag_of(const Event& event) noexcept { return static_cast<std::uint8_t>(event.kind); }

/// Where the last event of each kind ended: what the next one's times are relative to.
struct EventContext {
    Ticks state_end, steal_at, task_end;
    std::uint64_t task_id = 0;
    std::uint64_t steal_id = 0;
};

std::byte* put_span(std::byte* out, std::uint8_t tag, const Event& event, Ticks& last_end) noexcept {
    const bool contiguous = event.begin == last_end;
    *out++ = static_cast<std::byte>(tag | (contiguous ? format::tag_contiguous : 0));
    if (!contiguous) out = put_svarint(out, event.begin - last_end);
    const Ticks end = std::max(event.begin, event.end);
    last_end = end;
    return put_varint(out, end - event.begin);
}

std::byte* put_event(std::byte* out, const Event& event, EventContext& last) noexcept {
    switch (event.kind) {
        case EventKind::state: {
            const auto tag = static_cast<std::uint8_t>(tag_of(event) | event.detail << format::tag_state_shift);
            return put_span(out, tag, event, last.state_end);
        }
        case EventKind::steal: {
            *out++ = static_cast<std::byte>(tag_of(event) | (event.id != 0 ? format::tag_has_id : 0));
            out = put_svarint(out, event.begin - last.steal_at);
            last.steal_at = event.begin;
            out = put_varint(out, event.victim);
            if (event.id == 0) return out;
            out = put_svarint(out, event.id - last.steal_id);
            last.steal_id = event.id;
            return out;
        }
        case EventKind::task: {
            const auto tag =
                static_cast<std::uint8_t>(tag_of(event) | (event.victim != 0 ? format::tag_has_victim : 0));
            out = put_span(out, tag, event, last.task_end);
            out = put_svarint(out, event.id - last.task_id);
            last.task_id = event.id;
            out = put_svarint(out, event.parent - event.id);
            out = put_varint(out, event.flags);
            return event.victim == 0 ? out : put_varint(out, event.victim);
        }
        case EventKind::message:
            break;  // not among them
    }
    return out;
}

constexpr std::array counter_fields = {&Counters::jobs,          &Counters::pops,  &Counters::steals,
                                       &Counters::failed_steals, &Counters::parks, &Counters::wakes,
                                       &Counters::injected,      &Counters::splits};

/// A mask of the fields that grew, then by how much.
template <std::size_t N>
void put_growth(ByteBuffer& out, const std::array<std::uint64_t, N>& from, const std::array<std::uint64_t, N>& to) {
    static_assert(N <= 8);
    std::uint8_t mask = 0;
    for (std::size_t i = 0; i < N; ++i) mask = static_cast<std::uint8_t>(mask | (from[i] != to[i] ? 1U << i : 0U));
    out.u8(mask);
    for (std::size_t i = 0; i < N; ++i) {
        if (from[i] != to[i]) out.varint(to[i] - from[i]);
    }
}

std::array<std::uint64_t, 8> fields(const std::optional<Counters>& counters) noexcept {
    std::array<std::uint64_t, 8> values{};
    if (counters) {
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = *counters.*counter_fields[i];
    }
    return values;
}

}  // namespace

void StreamWriter::add_sink(platform::ByteSink sink) { sinks_.push_back(std::move(sink)); }

void StreamWriter::begin_chunk(ChunkKind kind) {
    chunk_at_ = pending_.size();
    pending_.u8(static_cast<std::uint8_t>(kind));
    for (std::size_t i = 1; i < format::chunk_header_bytes; ++i) pending_.u8(0);
}

void StreamWriter::begin_chunk(ChunkKind kind, const platform::ClockPair& clock) {
    begin_chunk(kind);
    pending_.u64(clock.ticks);
    pending_.u64(clock.monotonic_ns);
}

void StreamWriter::end_chunk() {
    const std::size_t length = pending_.size() - chunk_at_ - format::chunk_header_bytes;
    if (length > format::longest_payload) {
        pending_.truncate(chunk_at_);
        report("left out of the recording: " + std::to_string(length) + " bytes in one piece, where at most " +
               std::to_string(format::longest_payload) + " fit");
        return;
    }
    std::byte* const header = pending_.at(chunk_at_);
    for (int i = 0; i < 3; ++i) header[1 + i] = static_cast<std::byte>(length >> (8 * i));
    const std::uint32_t head = crc32c(pending_.view().subspan(chunk_at_, 4));
    put_u32(header + 4, crc32c(pending_.view().subspan(chunk_at_ + format::chunk_header_bytes), head));
}

void StreamWriter::write_header(const platform::ClockPair& clock, std::size_t workers, std::string_view metadata) {
    const std::size_t begin = pending_.size();
    for (const std::uint8_t byte : format::magic) pending_.u8(byte);
    for (const std::uint16_t number : {format::major_version, format::minor_version}) {
        pending_.u8(static_cast<std::uint8_t>(number));
        pending_.u8(static_cast<std::uint8_t>(number >> 8));
    }
    const std::uint32_t checksum = crc32c(pending_.view().subspan(begin));
    put_u32(pending_.grow(4), checksum);

    begin_chunk(ChunkKind::header, clock);
    pending_.varint(workers);
    pending_.varint(metadata.size());
    pending_.text(metadata);
    end_chunk();
}

void StreamWriter::write_workers(const platform::ClockPair& clock, std::size_t workers) {
    begin_chunk(ChunkKind::workers, clock);
    pending_.varint(workers);
    end_chunk();
}

void StreamWriter::put_phase(PhaseKind kind, std::uint32_t index) {
    pending_.u8(static_cast<std::uint8_t>(kind));
    pending_.varint(index);
}

void StreamWriter::write_phase_begin(const platform::ClockPair& clock, PhaseKind kind, std::uint32_t index) {
    begin_chunk(ChunkKind::phase_begin, clock);
    put_phase(kind, index);
    end_chunk();
}

void StreamWriter::write_phase_end(const platform::ClockPair& clock, PhaseKind kind, std::uint32_t index,
                                   bool discarded) {
    begin_chunk(ChunkKind::phase_end, clock);
    put_phase(kind, index);
    pending_.u8(discarded ? format::phase_discarded : 0);
    end_chunk();
}

void StreamWriter::write_verdict(const platform::ClockPair& clock, PhaseKind kind, std::uint32_t index, bool correct) {
    begin_chunk(ChunkKind::verdict, clock);
    put_phase(kind, index);
    pending_.u8(correct ? 1 : 0);
    end_chunk();
}

void StreamWriter::write_events(const platform::ClockPair& clock, std::size_t worker, std::span<const Event> events) {
    const auto is_message = [](const Event& event) { return event.kind == EventKind::message; };
    if (std::none_of(events.begin(), events.end(), is_message)) {
        put_events(clock, worker, events);
        return;
    }
    std::vector<Event> others, messages;
    std::partition_copy(events.begin(), events.end(), std::back_inserter(messages), std::back_inserter(others),
                        is_message);
    put_events(clock, worker, others);
    put_messages(clock, worker, messages);
}

void StreamWriter::put_messages(const platform::ClockPair& clock, std::size_t worker, std::span<const Event> messages) {
    while (!messages.empty()) {
        const auto part = messages.first(std::min(messages.size(), events_per_chunk));
        messages = messages.subspan(part.size());
        begin_chunk(ChunkKind::messages, clock);
        pending_.varint(worker);
        pending_.varint(part.size());
        Ticks last_end = clock.ticks;
        std::uint64_t last_message = 0;
        for (const Event& event : part) {
            const Ticks end = std::max(event.begin, event.end);
            pending_.svarint(static_cast<std::int64_t>(event.begin - last_end));
            pending_.varint(end - event.begin);
            pending_.svarint(static_cast<std::int64_t>(event.id - last_message));
            pending_.varint(event.victim);
            last_end = end;
            last_message = event.id;
        }
        end_chunk();
    }
}

void StreamWriter::put_events(const platform::ClockPair& clock, std::size_t worker, std::span<const Event> events) {
    while (!events.empty()) {
        const auto part = events.first(std::min(events.size(), events_per_chunk));
        events = events.subspan(part.size());
        begin_chunk(ChunkKind::events, clock);
        pending_.varint(worker);
        pending_.varint(part.size());
        EventContext last{.state_end = clock.ticks, .steal_at = clock.ticks, .task_end = clock.ticks};
        std::byte* out = pending_.grow(part.size() * longest_event);
        for (const Event& event : part) out = put_event(out, event, last);
        pending_.shrink_to(out);
        end_chunk();
    }
}

void StreamWriter::put_sample(const WorkerTotals& from, const WorkerTotals& to, Ticks now) {
    const bool kernel_times = to.on_cpu_ns && to.runnable_ns;
    const std::uint64_t drops = to.dropped_events - from.dropped_events;
    const unsigned state = to.present ? static_cast<unsigned>(to.open_state) : format::sample_is_absent;
    unsigned flags = state << format::sample_state_shift;
    if (to.counters) flags |= format::sample_has_counters;
    if (to.state_ticks) flags |= format::sample_has_states;
    if (kernel_times) flags |= format::sample_has_kernel_times;
    if (drops != 0) flags |= format::sample_has_drops;
    pending_.u8(static_cast<std::uint8_t>(flags));
    if (to.counters) put_growth(pending_, fields(from.counters), fields(to.counters));
    if (to.state_ticks)
        put_growth(pending_, from.state_ticks.value_or(std::array<Ticks, state_count>{}), *to.state_ticks);
    if (kernel_times) {
        pending_.varint(*to.on_cpu_ns - from.on_cpu_ns.value_or(0));
        pending_.varint(*to.runnable_ns - from.runnable_ns.value_or(0));
    }
    if (drops != 0) pending_.varint(drops);
    pending_.varint(now - to.open_since);
}

void StreamWriter::write_samples(const MeterReading& reading) {
    const bool absolute = samples_since_key_ == 0 || last_sample_.size() != reading.workers.size();
    samples_since_key_ = absolute ? 1 : (samples_since_key_ + 1) % key_interval;
    if (absolute) last_sample_.assign(reading.workers.size(), WorkerTotals{});
    begin_chunk(ChunkKind::samples, reading.clock);
    pending_.u8(absolute ? format::samples_are_absolute : 0);
    pending_.varint(reading.workers.size());
    for (std::size_t i = 0; i < reading.workers.size(); ++i) {
        put_sample(last_sample_[i], reading.workers[i], reading.clock.ticks);
    }
    end_chunk();
    last_sample_ = reading.workers;
}

void StreamWriter::write_channels(const platform::ClockPair& clock, std::span<const ChannelReading> channels) {
    if (channels.empty()) return;
    channels = channels.first(std::min(channels.size(), format::most_channels));
    const auto totals = [](const ChannelReading& of) {
        return std::array{of.sent, of.received, of.send_blocked_ns, of.receive_blocked_ns};
    };
    const bool absolute = channels_since_key_ == 0 || last_channels_.size() != channels.size();
    channels_since_key_ = absolute ? 1 : (channels_since_key_ + 1) % key_interval;
    if (absolute) last_channels_.assign(channels.size(), ChannelReading());
    begin_chunk(ChunkKind::channels, clock);
    pending_.u8(absolute ? format::channels_are_absolute : 0);
    pending_.varint(channels.size());
    for (std::size_t i = 0; i < channels.size(); ++i) {
        put_growth(pending_, totals(last_channels_[i]), totals(channels[i]));
        pending_.varint(channels[i].depth);
        pending_.varint(channels[i].blocked_senders);
        pending_.varint(channels[i].blocked_receivers);
    }
    end_chunk();
    last_channels_.assign(channels.begin(), channels.end());
}

void StreamWriter::write_frame(const platform::ClockPair& clock, const BoardImage& image) {
    if (image == last_frame_) return;
    const bool key = frames_since_key_ == 0 || last_frame_.slots() != image.slots();
    frames_since_key_ = key ? 1 : (frames_since_key_ + 1) % key_interval;
    if (key) last_frame_ = BoardImage::empty(image.slots());
    begin_chunk(ChunkKind::frame, clock);
    pending_.u8(key ? format::frame_is_key : 0);
    pending_.varint(image.slots());
    encode_runs(last_frame_, image, pending_);
    end_chunk();
    last_frame_ = image;
}

void StreamWriter::write_note(const platform::ClockPair& clock, NoteKind kind, std::string_view text) {
    begin_chunk(ChunkKind::note, clock);
    pending_.u8(static_cast<std::uint8_t>(kind));
    pending_.text(text);
    end_chunk();
}

void StreamWriter::write_close(const platform::ClockPair& clock, std::string_view result) {
    begin_chunk(ChunkKind::close, clock);
    pending_.text(result);
    end_chunk();
}

void StreamWriter::flush() {
    if (pending_.size() == 0) return;
    std::erase_if(sinks_, [&](platform::ByteSink& sink) {
        switch (sink.write(pending_.view(), impatient_)) {
            case platform::ByteSink::Outcome::written:
                return false;
            case platform::ByteSink::Outcome::reader_gone:
            case platform::ByteSink::Outcome::abandoned:
                reader_gone_.store(true, relaxed);  // a flag that stands for itself
                return true;
            case platform::ByteSink::Outcome::failed:
                report(sink.error());
                return true;
        }
        return true;
    });
    flushed_bytes_ += pending_.size();
    pending_.clear();
}

void StreamWriter::report(std::string line) {
    const std::scoped_lock lock(errors_mutex_);
    errors_.push_back(std::move(line));
}

std::vector<std::string> StreamWriter::errors() const {
    const std::scoped_lock lock(errors_mutex_);
    return errors_;
}

}  // namespace grainscope::trace
