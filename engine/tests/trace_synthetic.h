// Recordings whose every number is known, written by the real writer with a clock of our own.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <grainscope/trace/crc32c.h>
#include <grainscope/trace/stream_reader.h>
#include <grainscope/trace/stream_writer.h>

namespace grainscope::trace::testing {

inline constexpr Nanoseconds ms = 1'000'000;

/// A processor of 2 GHz that was switched on a second before the recording.
inline constexpr Ticks ticks_at_begin = 2'000'000'000;
inline constexpr Ticks tick(Nanoseconds at) { return ticks_at_begin + static_cast<Ticks>(at) * 2; }
inline constexpr platform::ClockPair clock_at(Nanoseconds at) {
    return {tick(at), 5'000'000'000U + static_cast<std::uint64_t>(at)};
}

/// The bytes that `write` makes a writer write.
inline std::vector<std::byte> encode(const std::function<void(StreamWriter&)>& write) {
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const std::unique_ptr<std::FILE, Close> file(std::tmpfile());
    if (!file) throw std::runtime_error("cannot make a temporary file");
    StreamWriter writer;
    writer.add_sink(platform::ByteSink::adopt(::dup(::fileno(file.get())), "a temporary file"));
    write(writer);
    writer.flush();
    std::vector<std::byte> bytes(static_cast<std::size_t>(writer.bytes()));
    std::rewind(file.get());
    if (std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) throw std::runtime_error("short read");
    return bytes;
}

/// A chunk with a right checksum and any content.
inline std::vector<std::byte> chunk(std::uint8_t kind, std::span<const std::byte> payload) {
    std::vector<std::byte> bytes = {std::byte{kind}};
    for (int i = 0; i < 3; ++i) bytes.push_back(static_cast<std::byte>(payload.size() >> (8 * i)));
    const std::uint32_t checksum = crc32c(payload, crc32c(bytes));
    for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<std::byte>(checksum >> (8 * i)));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
}

inline Event state_event(Nanoseconds begin, Nanoseconds end, State state) {
    return {
        .begin = tick(begin), .end = tick(end), .kind = EventKind::state, .detail = static_cast<std::uint8_t>(state)};
}
inline Event steal_event(Nanoseconds at, std::uint32_t victim, std::uint64_t task = 0) {
    return {.begin = tick(at), .end = tick(at), .id = task, .victim = victim, .kind = EventKind::steal};
}
inline Event task_event(Nanoseconds begin, Nanoseconds end, std::uint64_t id, std::uint64_t parent, unsigned flags,
                        std::uint32_t victim = 0) {
    return {.begin = tick(begin),
            .end = tick(end),
            .id = id,
            .parent = parent,
            .victim = victim,
            .flags = static_cast<std::uint16_t>(flags),
            .kind = EventKind::task};
}

/// Two workers, one warm-up and three samples of 30 ms, one every 40 ms from 5 ms on. In each, worker 0 is busy
/// throughout and 2 ms of that without a core; worker 1 searches 10 ms, steals half of the work, is busy 15 ms and
/// parks. The task works 5 ms, forks two halves of 20 and 15 ms, and works another 5.
class SyntheticRun {
  public:
    static constexpr int repetitions = 4;
    static constexpr Nanoseconds period = 40 * ms, length = 30 * ms;
    static constexpr Nanoseconds begin_of(int repetition) { return repetition * period + 5 * ms; }
    static constexpr std::size_t slots = 64;
    static constexpr const char* metadata =
        R"({"workload":"quicksort","backend":"grainscope","threads":2,"parameters":{"n":1000,"threshold":32},)"
        R"("seed":1,"trace_level":"tasks","version":"0.1.0","machine":{"logical_cores":2}})";
    static constexpr const char* result =
        R"({"schema":1,"workload":"quicksort","samples_ns":[30000000,30000000,30000000]})";

    static void write(StreamWriter& writer) {
        writer.write_header(clock_at(0), 2, metadata);
        writer.write_note(clock_at(0), NoteKind::parameters, R"({"n":1000,"threshold":32})");
        writer.write_samples(reading(0));
        for (int i = 0; i < repetitions; ++i) write_repetition(writer, i);
        writer.write_close(clock_at(begin_of(repetitions) - 5 * ms), result);
    }

    /// What the meter would have said at that moment.
    static MeterReading reading(Nanoseconds at) {
        MeterReading reading{.clock = clock_at(at), .workers = std::vector<WorkerTotals>(2)};
        std::array<std::array<Nanoseconds, state_count>, 2> state_ns{};
        std::uint64_t steals = 0;
        Nanoseconds waiting = 0;
        Nanoseconds at_0 = 0, at_1 = 0;  // up to where the states are added
        const auto spend = [&](std::size_t worker, State state, Nanoseconds& from, Nanoseconds to) {
            const Nanoseconds end = std::min(to, at);
            if (end <= from) return;
            state_ns[worker][static_cast<std::size_t>(state)] += end - from;
            reading.workers[worker].open_state = state;
            reading.workers[worker].open_since = tick(from);
            from = end;
        };
        for (int i = 0; i < repetitions; ++i) {
            const Nanoseconds begin = begin_of(i);
            spend(0, State::parked, at_0, begin);
            spend(0, State::busy, at_0, begin + length);
            spend(1, State::parked, at_1, begin);
            spend(1, State::searching, at_1, begin + 10 * ms);
            spend(1, State::busy, at_1, begin + 25 * ms);
            if (at >= begin + 10 * ms) ++steals;
            if (at >= begin + length) waiting += 2 * ms;
        }
        spend(0, State::parked, at_0, at);
        spend(1, State::parked, at_1, at);
        for (std::size_t worker = 0; worker < 2; ++worker) {
            WorkerTotals& totals = reading.workers[worker];
            totals.state_ticks.emplace();
            for (std::size_t s = 0; s < state_count; ++s) {
                (*totals.state_ticks)[s] = static_cast<Ticks>(state_ns[worker][s]) * 2;
            }
            const auto busy = static_cast<std::uint64_t>(state_ns[worker][0]);
            totals.counters = {.jobs = steals + 1,
                               .pops = 3 * steals,
                               .steals = worker == 1 ? steals : 0,
                               .failed_steals = worker == 1 ? 100 * steals : 0,
                               .parks = steals,
                               .wakes = steals};
            totals.runnable_ns = worker == 0 ? static_cast<std::uint64_t>(waiting) : 0;
            totals.on_cpu_ns = busy - std::min(busy, *totals.runnable_ns);
        }
        return reading;
    }

  private:
    static void write_repetition(StreamWriter& writer, int i) {
        const Nanoseconds begin = begin_of(i), end = begin + length;
        const PhaseKind kind = i == 0 ? PhaseKind::warmup : PhaseKind::sample;
        const auto index = static_cast<std::uint32_t>(i == 0 ? 0 : i - 1);
        writer.write_phase_begin(clock_at(begin), kind, index);
        writer.write_samples(reading(begin));

        const std::uint64_t name = std::uint64_t{1} << 40 | static_cast<std::uint64_t>(i) * 3;
        const std::uint64_t root = name + 1, left = name + 2, right = name + 3;
        const Event thief[] = {state_event(begin - (i == 0 ? 5 : 15) * ms, begin, State::parked),
                               state_event(begin, begin + 10 * ms, State::searching),
                               steal_event(begin + 10 * ms, 0, right)};
        const Event idle_before = state_event(begin - (i == 0 ? 5 : 10) * ms, begin, State::parked);
        writer.write_events(clock_at(begin + 12 * ms), 0, std::span(&idle_before, 1));
        writer.write_events(clock_at(begin + 12 * ms), 1, thief);
        writer.write_samples(reading(begin + 12 * ms));
        writer.write_frame(clock_at(begin + 12 * ms), board(i, 1));

        const Event owner[] = {task_event(begin + 5 * ms, begin + 25 * ms, left, root, task_is_leaf),
                               task_event(begin, end, root, 0, task_is_spawned | task_is_right),
                               state_event(begin, end, State::busy)};
        const Event stolen[] = {
            task_event(begin + 10 * ms, begin + 25 * ms, right, root, task_is_leaf | task_is_right | task_is_stolen, 0),
            state_event(begin + 10 * ms, begin + 25 * ms, State::busy)};
        writer.write_events(clock_at(end), 0, owner);
        writer.write_events(clock_at(end), 1, stolen);
        writer.write_phase_end(clock_at(end), kind, index, false);
        writer.write_samples(reading(end));
        writer.write_frame(clock_at(end), board(i, 2));
        writer.write_verdict(clock_at(end + 2 * ms), kind, index, true);
        writer.write_note(clock_at(end + 2 * ms), NoteKind::progress,
                          R"({"done":)" + std::to_string(i + 1) + R"(,"total":4,"label":"quicksort"})");
    }

    /// Shuffled at step 0, half in order at step 1, in order at step 2.
    static BoardImage board(int repetition, int step) {
        BoardImage image = BoardImage::empty(slots);
        for (std::size_t i = 0; i < slots; ++i) {
            const bool sorted = step == 2 || (step == 1 && i < slots / 2);
            const std::size_t from = sorted ? i : (i * 29 + static_cast<std::size_t>(repetition) * 7) % slots;
            image.values[i] = static_cast<std::uint16_t>(from * 65535 / (slots - 1));
            if (sorted) image.owners[i] = i < slots / 2 ? 0 : 1;
        }
        return image;
    }
};

inline std::vector<std::byte> synthetic_stream() { return encode(SyntheticRun::write); }

inline Recording read_all(std::span<const std::byte> bytes) {
    StreamReader reader;
    if (const auto fed = reader.feed(bytes); !fed) throw std::runtime_error(fed.error().message);
    if (const auto whole = reader.finish(); !whole) throw std::runtime_error(whole.error().message);
    return std::move(reader).take();
}

}  // namespace grainscope::trace::testing
