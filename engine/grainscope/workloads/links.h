// The channel between two stages of a workload: our own, or what people write who have none.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <grainscope/channel/channel.h>
#include <grainscope/trace/channel_board.h>
#include <grainscope/workloads/blocking_queue.h>

namespace grainscope::workloads {

/// How a channel of ours is read for the board. It counts neither as a sender nor as a receiver.
inline trace::ChannelBoard::Read board_reader(ChannelWatch watch) {
    return [watch = std::move(watch)] {
        const ChannelTelemetry now = watch.telemetry();
        return trace::ChannelReading{.sent = now.sent,
                                     .received = now.received,
                                     .depth = now.depth,
                                     .blocked_senders = static_cast<std::uint32_t>(now.blocked_senders),
                                     .blocked_receivers = static_cast<std::uint32_t>(now.blocked_receivers),
                                     .send_blocked_ns = now.send_blocked_ns,
                                     .receive_blocked_ns = now.receive_blocked_ns};
    };
}

template <class T>
struct ChannelLink {
    using Out = Sender<T>;
    using In = Receiver<T>;
    [[nodiscard]] static std::pair<Out, In> make(std::optional<std::size_t> capacity) {
        return capacity ? bounded<T>(*capacity) : unbounded<T>();
    }
    [[nodiscard]] static bool send(const Out& out, T message) { return out.send(std::move(message)).has_value(); }
    [[nodiscard]] static std::optional<T> receive(const In& in) {
        auto message = in.recv();
        return message ? std::optional<T>(*std::move(message)) : std::nullopt;
    }
    [[nodiscard]] static trace::ChannelBoard::Read reader(const In& in) { return board_reader(in.watch()); }
};

template <class T>
struct MutexLink {
    using Out = QueueSender<T>;
    using In = QueueReceiver<T>;
    [[nodiscard]] static std::pair<Out, In> make(std::optional<std::size_t> capacity) {
        const auto queue = std::make_shared<BlockingQueue<T>>(capacity);
        return {Out(queue), In(queue)};
    }
    [[nodiscard]] static bool send(const Out& out, T message) { return out->send(std::move(message)); }
    [[nodiscard]] static std::optional<T> receive(const In& in) { return in->receive(); }
    [[nodiscard]] static trace::ChannelBoard::Read reader(const In& in) {
        return [queue = in.queue()] { return queue->reading(); };
    }
};

}  // namespace grainscope::workloads
