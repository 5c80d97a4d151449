// The board on which a run shows its channels: how full they are, what went through, and who waits for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace grainscope::trace {

/// One channel at one moment. Totals never fall.
struct ChannelReading {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t depth = 0;  ///< messages inside now
    std::uint32_t blocked_senders = 0;
    std::uint32_t blocked_receivers = 0;
    std::uint64_t send_blocked_ns = 0;  ///< the time of all senders that waited, those that wait now included
    std::uint64_t receive_blocked_ns = 0;
    friend bool operator==(const ChannelReading&, const ChannelReading&) = default;
};

/// The channels of the run that is watched, by number. A run puts its own there and takes them away at its end; totals
/// go on from where those of the run before ended. All functions may be called from any thread; none is on a message's
/// path, which is why a mutex will do.
class ChannelBoard {
  public:
    /// How to read one channel. It is called under the board's lock and may not use the board.
    using Read = std::function<ChannelReading()>;

    explicit ChannelBoard(std::size_t channels) : shown_(channels), base_(channels) {}
    [[nodiscard]] std::size_t size() const noexcept { return base_.size(); }

    /// Shows these channels from now on, the i-th as number i. Those beyond size() are not shown.
    void show(std::vector<Read> channels) {
        const std::scoped_lock lock(mutex_);
        keep_totals();
        channels.resize(base_.size());
        shown_ = std::move(channels);
    }

    /// Shows no channel; the totals stand.
    void clear() { show({}); }

    void read(std::vector<ChannelReading>& out) const {
        const std::scoped_lock lock(mutex_);
        out.resize(base_.size());
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = read_one(i);
    }

  private:
    [[nodiscard]] ChannelReading read_one(std::size_t channel) const {
        ChannelReading reading = shown_[channel] ? shown_[channel]() : ChannelReading();
        reading.sent += base_[channel].sent;
        reading.received += base_[channel].received;
        reading.send_blocked_ns += base_[channel].send_blocked_ns;
        reading.receive_blocked_ns += base_[channel].receive_blocked_ns;
        return reading;
    }
    void keep_totals() {
        for (std::size_t i = 0; i < base_.size(); ++i) {
            base_[i] = read_one(i);
            base_[i].depth = base_[i].blocked_senders = base_[i].blocked_receivers = 0;
        }
    }

    mutable std::mutex mutex_;
    std::vector<Read> shown_;
    std::vector<ChannelReading> base_;  ///< the totals of channels that were shown before
};

/// Shows channels for as long as the object lives. board: null shows nothing.
class ShownChannels {
  public:
    ShownChannels(ChannelBoard* board, std::vector<ChannelBoard::Read> channels) : board_(board) {
        if (board_ != nullptr) board_->show(std::move(channels));
    }
    ~ShownChannels() {
        if (board_ != nullptr) board_->clear();
    }
    ShownChannels(const ShownChannels&) = delete;
    ShownChannels& operator=(const ShownChannels&) = delete;

  private:
    ChannelBoard* board_;
};

}  // namespace grainscope::trace
