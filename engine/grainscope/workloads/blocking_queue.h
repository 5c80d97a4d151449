// What people write who have no channels: a queue, a mutex and two condition variables. The yardstick beside our own.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <grainscope/platform/clock.h>
#include <grainscope/trace/channel_board.h>

namespace grainscope::workloads {

/// Threads that wait on a condition: how many do, and how long all of them together have. Guarded by the condition's
/// mutex.
class Waiting {
  public:
    /// `wait` waits; it is left out where there is no need to.
    template <class Ready, class Wait>
    void until(Ready&& ready, Wait&& wait) {
        if (ready()) return;
        change(1);
        wait();
        change(-1);
    }
    [[nodiscard]] std::uint32_t count() const { return count_; }
    [[nodiscard]] std::uint64_t total_ns() const { return total_ns(platform::monotonic_ns()); }

  private:
    // n of them waiting for t is n * t.
    [[nodiscard]] std::uint64_t total_ns(std::uint64_t now) const {
        return until_last_change_ns_ + count_ * (now - std::min(now, last_change_ns_));
    }
    void change(int by) {
        const std::uint64_t now = platform::monotonic_ns();
        until_last_change_ns_ = total_ns(now);
        last_change_ns_ = now;
        count_ += static_cast<std::uint32_t>(by);
    }

    std::uint32_t count_ = 0;
    std::uint64_t until_last_change_ns_ = 0, last_change_ns_ = 0;
};

/// First in, first out, between any number of threads. It is closed when its last Sender or its last Receiver is gone;
/// what was sent before is still received.
template <class T>
class BlockingQueue {
  public:
    /// capacity: none is unbounded; 0 is taken as 1, since a queue hands nothing from hand to hand.
    explicit BlockingQueue(std::optional<std::size_t> capacity)
        : capacity_(capacity ? std::max<std::size_t>(*capacity, 1) : SIZE_MAX) {}

    /// Waits while it is full. False once nobody receives.
    [[nodiscard]] bool send(T message) {
        std::unique_lock lock(mutex_);
        const auto ready = [&] { return queue_.size() < capacity_ || receivers_ == 0; };
        waiting_senders_.until(ready, [&] { not_full_.wait(lock, ready); });
        if (receivers_ == 0) return false;
        queue_.push_back(std::move(message));
        ++sent_;
        lock.unlock();
        not_empty_.notify_one();
        return true;
    }

    /// Waits while it is empty. None once it is, and nobody sends.
    [[nodiscard]] std::optional<T> receive() {
        std::unique_lock lock(mutex_);
        const auto ready = [&] { return !queue_.empty() || senders_ == 0; };
        waiting_receivers_.until(ready, [&] { not_empty_.wait(lock, ready); });
        if (queue_.empty()) return std::nullopt;
        std::optional<T> message(std::move(queue_.front()));
        queue_.pop_front();
        ++received_;
        lock.unlock();
        not_full_.notify_one();
        return message;
    }

    [[nodiscard]] trace::ChannelReading reading() const {
        const std::lock_guard lock(mutex_);
        return {.sent = sent_,
                .received = received_,
                .depth = queue_.size(),
                .blocked_senders = waiting_senders_.count(),
                .blocked_receivers = waiting_receivers_.count(),
                .send_blocked_ns = waiting_senders_.total_ns(),
                .receive_blocked_ns = waiting_receivers_.total_ns()};
    }

    void add_sender() { change(senders_, 1); }
    void drop_sender() { change(senders_, -1); }
    void add_receiver() { change(receivers_, 1); }
    void drop_receiver() { change(receivers_, -1); }

  private:
    void change(std::size_t& handles, int by) {
        {
            const std::lock_guard lock(mutex_);
            handles += static_cast<std::size_t>(by);
        }
        not_empty_.notify_all();
        not_full_.notify_all();
    }

    mutable std::mutex mutex_;
    std::condition_variable not_empty_, not_full_;
    std::deque<T> queue_;
    const std::size_t capacity_;
    std::size_t senders_ = 0, receivers_ = 0;
    Waiting waiting_senders_, waiting_receivers_;
    std::uint64_t sent_ = 0, received_ = 0;
};

/// One of a queue's ends, counted while it lives.
template <class T, void (BlockingQueue<T>::*add)(), void (BlockingQueue<T>::*drop)()>
class QueueEnd {
  public:
    explicit QueueEnd(std::shared_ptr<BlockingQueue<T>> queue) : queue_(std::move(queue)) { (queue_.get()->*add)(); }
    QueueEnd(const QueueEnd& other) : QueueEnd(other.queue_) {}
    QueueEnd(QueueEnd&& other) noexcept = default;
    QueueEnd& operator=(QueueEnd other) noexcept {
        std::swap(queue_, other.queue_);
        return *this;
    }
    ~QueueEnd() {
        if (queue_) (queue_.get()->*drop)();
    }
    [[nodiscard]] BlockingQueue<T>* operator->() const noexcept { return queue_.get(); }
    /// The queue without an end of it: whoever holds it keeps nothing open.
    [[nodiscard]] std::shared_ptr<const BlockingQueue<T>> queue() const noexcept { return queue_; }

  private:
    std::shared_ptr<BlockingQueue<T>> queue_;
};
template <class T>
using QueueSender = QueueEnd<T, &BlockingQueue<T>::add_sender, &BlockingQueue<T>::drop_sender>;
template <class T>
using QueueReceiver = QueueEnd<T, &BlockingQueue<T>::add_receiver, &BlockingQueue<T>::drop_receiver>;

}  // namespace grainscope::workloads
