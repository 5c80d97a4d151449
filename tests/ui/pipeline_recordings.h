// Recordings of a pipeline and of a multiplexer, simulated to the nanosecond and written by the real writer.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>

#include <grainscope/study/picture.h>

#include "engine/tests/trace_synthetic.h"

namespace grainscope::ui::test {

using trace::Nanoseconds;
using trace::testing::ms;
inline constexpr Nanoseconds us = 1'000;

/// Stages that hand messages on through channels, one event after another. A worker takes a message, works on it, sends
/// it on, and waits where there is none to take or no room to send. A clock sends every so often, and what finds no
/// room is lost.
class SimulatedPipeline {
  public:
    struct Clock {
        std::size_t channel;
        Nanoseconds period;
    };
    /// How long a stage works on a message that it begins at a moment.
    using Service = std::function<Nanoseconds(std::size_t stage, std::uint64_t message, Nanoseconds at)>;

    SimulatedPipeline(workloads::Diagram diagram, Service service, std::vector<Clock> clocks, std::uint64_t follow)
        : diagram_(std::move(diagram)),
          service_(std::move(service)),
          follow_(follow),
          channels_(diagram_.channels.size()) {
        for (std::size_t stage = 0; stage < diagram_.stages.size(); ++stage)
            for (std::size_t i = 0; i < diagram_.stages[stage].rows; ++i) workers_.push_back({.stage = stage});
        for (const Clock& clock : clocks) happenings_.push({clock.period, next_++, [this, clock] { tick(clock); }});
    }

    /// The whole stream: a sample of so many nanoseconds, with something before and after it.
    void write(trace::StreamWriter& writer, const char* workload, Nanoseconds length, Nanoseconds interval) {
        using trace::testing::clock_at;
        const Nanoseconds begin = 10 * ms, end = begin + length;
        writer.write_header(clock_at(0), workers_.size(),
                            std::string(R"({"workload":")") + workload + R"(","backend":"grainscope","threads":)" +
                                std::to_string(workers_.size()) +
                                R"(,"parameters":{},"seed":1,"trace_level":"states","version":"0.1.0"})");
        writer.write_note(clock_at(0), trace::NoteKind::diagram, study::diagram_json(diagram_));
        sample(writer, 0);
        now_ = begin;
        for (Worker& worker : workers_) enter(worker, trace::State::busy);
        writer.write_phase_begin(clock_at(begin), trace::PhaseKind::sample, 0);
        sample(writer, begin);
        for (Worker& worker : workers_) next(worker);
        for (Nanoseconds at = begin + interval; at <= end; at += interval) {
            while (!happenings_.empty() && happenings_.top().at <= at) {
                const auto happening = happenings_.top();
                happenings_.pop();
                now_ = std::max(now_, happening.at);
                happening.what();
            }
            now_ = at;
            sample(writer, at);
        }
        for (Worker& worker : workers_) enter(worker, trace::State::parked);
        sample(writer, end);
        writer.write_phase_end(clock_at(end), trace::PhaseKind::sample, 0, false);
        writer.write_verdict(clock_at(end), trace::PhaseKind::sample, 0, true);
        now_ = end + 5 * ms;
        for (Worker& worker : workers_) enter(worker, trace::State::parked);
        sample(writer, now_);
        writer.write_close(clock_at(now_), "");
    }

  private:
    struct Worker {
        std::size_t stage;
        trace::State state = trace::State::parked;
        Nanoseconds since = 0;
        std::optional<std::uint64_t> message = {};
        std::size_t turn = 0;  ///< the arm that a select looks at first
        std::vector<trace::Event> events = {};
        std::array<Nanoseconds, trace::state_count> spent = {};
    };
    struct Channel {
        std::deque<std::uint64_t> inside = {};
        trace::ChannelReading totals = {};
        std::deque<std::size_t> senders = {};                  ///< that wait, by number of the worker
        std::map<std::size_t, Nanoseconds> blockedSince = {};  ///< senders
        std::map<std::size_t, Nanoseconds> hungrySince = {};   ///< receivers
    };
    struct Happening {
        Nanoseconds at;
        std::uint64_t order;
        std::function<void()> what;
        bool operator<(const Happening& other) const { return std::pair(at, order) > std::pair(other.at, other.order); }
    };

    std::size_t numberOf(const Worker& worker) const { return static_cast<std::size_t>(&worker - workers_.data()); }
    std::vector<std::size_t> channelsOf(std::size_t stage, bool into) const {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < diagram_.channels.size(); ++i)
            if (into ? diagram_.channels[i].to == stage : diagram_.channels[i].from == stage) found.push_back(i);
        return found;
    }

    void enter(Worker& worker, trace::State state) {
        if (now_ > worker.since) {
            worker.events.push_back(trace::testing::state_event(worker.since, now_, worker.state));
            worker.spent[static_cast<std::size_t>(worker.state)] += now_ - worker.since;
        }
        worker.state = state;
        worker.since = now_;
    }

    /// Takes the next message, or waits for one.
    void next(Worker& worker) {
        const auto arms = channelsOf(worker.stage, true);
        if (arms.empty()) return work(worker, made_++);
        for (std::size_t i = 0; i < arms.size(); ++i) {
            Channel& channel = channels_[arms[(worker.turn + i) % arms.size()]];
            if (channel.inside.empty()) continue;
            worker.turn = (worker.turn + i + 1) % arms.size();
            const std::uint64_t message = channel.inside.front();
            channel.inside.pop_front();
            ++channel.totals.received;
            for (const std::size_t arm : arms) calm(channels_[arm], worker);
            work(worker, message);
            letSenderGoOn(channel);
            return;
        }
        enter(worker, trace::State::blocked_channel);
        for (const std::size_t arm : arms) channels_[arm].hungrySince.try_emplace(numberOf(worker), now_);
    }
    void calm(Channel& channel, const Worker& worker) {
        const auto waited = channel.hungrySince.find(numberOf(worker));
        if (waited == channel.hungrySince.end()) return;
        channel.totals.receive_blocked_ns += static_cast<std::uint64_t>(now_ - waited->second);
        channel.hungrySince.erase(waited);
    }

    void work(Worker& worker, std::uint64_t message) {
        enter(worker, trace::State::busy);
        worker.message = message;
        const Nanoseconds end = now_ + service_(worker.stage, message, now_);
        happenings_.push({end, next_++, [this, number = numberOf(worker), begin = now_] { finish(number, begin); }});
    }

    void finish(std::size_t number, Nanoseconds begin) {
        Worker& worker = workers_[number];
        if (*worker.message % follow_ == 0)
            worker.events.push_back({.begin = trace::testing::tick(begin),
                                     .end = trace::testing::tick(now_),
                                     .id = *worker.message,
                                     .victim = static_cast<std::uint32_t>(worker.stage),
                                     .kind = trace::EventKind::message});
        const auto out = channelsOf(worker.stage, false);
        if (out.empty()) return next(worker);
        Channel& channel = channels_[out.front()];
        if (hasRoom(out.front())) {
            put(out.front(), *worker.message);
            return next(worker);
        }
        enter(worker, trace::State::blocked_channel);
        channel.senders.push_back(number);
        channel.blockedSince[number] = now_;
    }
    bool hasRoom(std::size_t channel) const {
        const auto& capacity = diagram_.channels[channel].capacity;
        return !capacity || channels_[channel].inside.size() < *capacity;
    }
    void put(std::size_t number, std::uint64_t message) {
        Channel& channel = channels_[number];
        channel.inside.push_back(message);
        ++channel.totals.sent;
        if (!channel.hungrySince.empty()) next(workers_[channel.hungrySince.begin()->first]);
    }
    void letSenderGoOn(Channel& channel) {
        if (channel.senders.empty()) return;
        const std::size_t number = channel.senders.front();
        channel.senders.pop_front();
        channel.totals.send_blocked_ns += static_cast<std::uint64_t>(now_ - channel.blockedSince.at(number));
        channel.blockedSince.erase(number);
        put(static_cast<std::size_t>(&channel - channels_.data()), *workers_[number].message);
        next(workers_[number]);
    }
    void tick(const Clock& clock) {
        if (hasRoom(clock.channel)) put(clock.channel, made_++);
        happenings_.push({now_ + clock.period, next_++, [this, clock] { tick(clock); }});
    }

    void sample(trace::StreamWriter& writer, Nanoseconds at) {
        using trace::testing::clock_at;
        trace::MeterReading reading{.clock = clock_at(at),
                                    .workers = std::vector<trace::WorkerTotals>(workers_.size())};
        for (std::size_t i = 0; i < workers_.size(); ++i) {
            Worker& worker = workers_[i];
            writer.write_events(clock_at(at), i, worker.events);
            worker.events.clear();
            trace::WorkerTotals& totals = reading.workers[i];
            totals.state_ticks.emplace();
            for (std::size_t state = 0; state < trace::state_count; ++state)
                (*totals.state_ticks)[state] = static_cast<trace::Ticks>(worker.spent[state]) * 2;
            (*totals.state_ticks)[static_cast<std::size_t>(worker.state)] +=
                static_cast<trace::Ticks>(at - worker.since) * 2;
            totals.counters.emplace();
            totals.open_state = worker.state;
            totals.open_since = trace::testing::tick(worker.since);
        }
        writer.write_samples(reading);
        std::vector<trace::ChannelReading> readings;
        for (const Channel& channel : channels_) {
            trace::ChannelReading& now = readings.emplace_back(channel.totals);
            now.depth = channel.inside.size();
            now.blocked_senders = static_cast<std::uint32_t>(channel.blockedSince.size());
            now.blocked_receivers = static_cast<std::uint32_t>(channel.hungrySince.size());
            for (const auto& [worker, since] : channel.blockedSince)
                now.send_blocked_ns += static_cast<std::uint64_t>(at - since);
            for (const auto& [worker, since] : channel.hungrySince)
                now.receive_blocked_ns += static_cast<std::uint64_t>(at - since);
        }
        writer.write_channels(clock_at(at), readings);
    }

    workloads::Diagram diagram_;
    Service service_;
    std::uint64_t follow_;
    std::vector<Worker> workers_;
    std::vector<Channel> channels_;
    std::priority_queue<Happening> happenings_;
    std::uint64_t made_ = 0, next_ = 0;
    Nanoseconds now_ = 0;
};

/// From -half to half, another for every message and stage, always the same ones.
inline Nanoseconds jitter(std::uint64_t message, std::size_t stage, Nanoseconds half) {
    std::uint64_t mixed = (message + 1) * 0x9e3779b97f4a7c15U + stage * 0xbf58476d1ce4e5b9U;
    mixed ^= mixed >> 31;
    mixed *= 0x94d049bb133111ebU;
    mixed ^= mixed >> 29;
    return static_cast<Nanoseconds>(mixed % static_cast<std::uint64_t>(2 * half + 1)) - half;
}

/// Produce, parse, compress and store, with channels of 64. To compress takes 1 ms and has two workers, so that 2,000
/// documents a second come out; between 140 and 180 and between 340 and 380 ms the documents are easy and the channels
/// run dry. Every eighth is followed.
inline std::vector<std::byte> pipelineStream() {
    workloads::Diagram diagram{.stages = {{"produce", 0, 1}, {"parse", 1, 2}, {"compress", 3, 2}, {"store", 5, 1}},
                               .channels = {{"raw", 0, 1, 64}, {"parsed", 1, 2, 64}, {"packed", 2, 3, 64}},
                               .message = "document"};
    const auto service = [](std::size_t stage, std::uint64_t message, Nanoseconds at) -> Nanoseconds {
        const bool easy = (at > 140 * ms && at < 180 * ms) || (at > 340 * ms && at < 380 * ms);
        switch (stage) {
            case 0:
                return 250 * us + jitter(message, stage, 80 * us);
            case 1:
                return 400 * us + jitter(message, stage, 150 * us);
            case 2:
                return easy ? 150 * us : 1000 * us + jitter(message, stage, 450 * us);
            default:
                return 200 * us + jitter(message, stage, 80 * us);
        }
    };
    return trace::testing::encode([&](trace::StreamWriter& writer) {
        SimulatedPipeline(diagram, service, {}, 8).write(writer, "pipeline", 500 * ms, 2 * ms);
    });
}

/// Two sources and two clocks meet in a stage that selects; what it lets through goes to a logger without a limit.
inline std::vector<std::byte> multiplexerStream() {
    workloads::Diagram diagram{
        .stages = {{"orders", 0, 2}, {"payments", 2, 1}, {"multiplex", 3, 1, true}, {"log", 4, 1}},
        .channels = {{"orders", 0, 2, 8},
                     {"payments", 1, 2, 8},
                     {"tick", std::nullopt, 2, 1},
                     {"report", std::nullopt, 2, 1},
                     {"lines", 2, 3, std::nullopt}},
        .message = "event"};
    const auto service = [](std::size_t stage, std::uint64_t message, Nanoseconds at) -> Nanoseconds {
        const bool rush = at > 120 * ms && at < 220 * ms;
        switch (stage) {
            case 0:
                return (rush ? 700 * us : 2600 * us) + jitter(message, stage, 400 * us);
            case 1:
                return 1500 * us + jitter(message, stage, 900 * us);
            case 2:
                return 420 * us + jitter(message, stage, 200 * us);
            default:
                return (rush ? 500 * us : 300 * us) + jitter(message, stage, 120 * us);
        }
    };
    return trace::testing::encode([&](trace::StreamWriter& writer) {
        SimulatedPipeline(diagram, service, {{2, 10 * ms}, {3, 50 * ms}}, 4)
            .write(writer, "multiplexer", 400 * ms, 2 * ms);
    });
}

}  // namespace grainscope::ui::test
