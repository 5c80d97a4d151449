// Recordings whose every number is known, put together in memory: what each worker did in each sample.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <grainscope/trace/recording.h>

namespace grainscope::study::testing {

using trace::Nanoseconds;
using trace::Recording;
using trace::State;

inline constexpr Nanoseconds ms = 1'000'000;

/// What a worker did in one sample, in milliseconds; what is missing to its length it was parked.
struct Did {
    Nanoseconds busy = 0, searching = 0, channel = 0, lock = 0, io = 0;
    Nanoseconds on_cpu = 0, descheduled = 0;
};

/// Busy and on a core all the time.
inline Did computes(Nanoseconds length) { return {.busy = length, .on_cpu = length}; }

struct Sample {
    Nanoseconds length = 0;
    std::vector<Did> workers;
};

struct RecordedAs {
    std::string workload = "quicksort";
    std::string backend = "grainscope";
    std::string parameters = R"({"n":1000})";
    std::size_t cores = 8;
    bool states = true, kernel_times = true;
};

/// One sample after another, 10 ms apart; as many threads as the first has workers.
inline Recording recording_of(const std::vector<Sample>& samples, const RecordedAs& as = {}) {
    Recording recording;
    const std::size_t threads = samples.front().workers.size();
    recording.metadata = fmt::format(
        R"({{"workload":"{}","backend":"{}","threads":{},"parameters":{},"seed":1,"machine":{{"logical_cores":{},)"
        R"("physical_cores":{},"model":"a processor"}}}})",
        as.workload, as.backend, threads, as.parameters, as.cores, as.cores);
    recording.workers.resize(threads);
    std::vector<std::array<Nanoseconds, trace::state_count>> states(threads);
    std::vector<std::array<Nanoseconds, 2>> kernel(threads);
    const auto take_samples = [&](Nanoseconds at) {
        for (std::size_t i = 0; i < threads; ++i) {
            trace::WorkerSample sample{
                .at = at, .counters = trace::Counters{}, .state_ns = {}, .on_cpu_ns = {}, .descheduled_ns = {}};
            if (as.states) sample.state_ns = states[i];
            if (as.kernel_times) {
                sample.on_cpu_ns = kernel[i][0];
                sample.descheduled_ns = kernel[i][1];
            }
            recording.workers[i].samples.push_back(sample);
        }
    };
    for (const Sample& sample : samples) {
        const Nanoseconds begin = recording.end + 10 * ms, end = begin + sample.length * ms;
        for (auto& worker : states) worker[static_cast<std::size_t>(State::parked)] += 10 * ms;
        take_samples(begin);
        for (std::size_t i = 0; i < threads; ++i) {
            const Did& did = sample.workers[i];
            const auto spend = [&](State state, Nanoseconds time) {
                states[i][static_cast<std::size_t>(state)] += time * ms;
            };
            spend(State::busy, did.busy);
            spend(State::searching, did.searching);
            spend(State::blocked_channel, did.channel);
            spend(State::blocked_lock, did.lock);
            spend(State::blocked_io, did.io);
            spend(State::parked, sample.length - did.busy - did.searching - did.channel - did.lock - did.io);
            kernel[i][0] += did.on_cpu * ms;
            kernel[i][1] += did.descheduled * ms;
        }
        take_samples(end);
        recording.phases.push_back({.kind = trace::PhaseKind::sample,
                                    .index = static_cast<std::uint32_t>(recording.phases.size()),
                                    .begin = begin,
                                    .end = end,
                                    .correct = true});
        recording.end = end;
    }
    recording.complete = true;
    return recording;
}

/// Samples in which every worker does the same.
inline Recording recording_of(std::size_t samples, Nanoseconds length, std::size_t threads, const Did& did,
                              const RecordedAs& as = {}) {
    return recording_of(std::vector<Sample>(samples, {length, std::vector<Did>(threads, did)}), as);
}

/// Samples of those lengths in which every worker computes throughout.
inline Recording computing_for(const std::vector<Nanoseconds>& lengths, std::size_t threads,
                               const RecordedAs& as = {}) {
    std::vector<Sample> samples;
    for (const Nanoseconds length : lengths) samples.push_back({length, {threads, computes(length)}});
    return recording_of(samples, as);
}

}  // namespace grainscope::study::testing
