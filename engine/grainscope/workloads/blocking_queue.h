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
        wait(lock, not_full_, blocked_senders_, send_blocked_,
             [&] { return queue_.size() < capacity_ || receivers_ == 0; });
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
        wait(lock, not_empty_, blocked_receivers_, receive_blocked_, [&] { return !queue_.empty() || senders_ == 0; });
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
        const std::uint64_t now = platform::monotonic_ns();
        return {.sent = sent_,
                .received = received_,
                .depth = queue_.size(),
                .blocked_senders = static_cast<std::uint32_t>(blocked_senders_),
                .blocked_receivers = static_cast<std::uint32_t>(blocked_receivers_),
                .send_blocked_ns = send_blocked_.total(blocked_senders_, now),
                .receive_blocked_ns = receive_blocked_.total(blocked_receivers_, now)};
    }

    void add_sender() { change(senders_, 1); }
    void drop_sender() { change(senders_, -1); }
    void add_receiver() { change(receivers_, 1); }
    void drop_receiver() { change(receivers_, -1); }

  private:
    /// The waits of several threads together: n of them waiting for t is n * t.
    struct Waits {
        std::uint64_t until_last_change_ns = 0, last_change_ns = 0;
        [[nodiscard]] std::uint64_t total(std::size_t waiting, std::uint64_t now) const {
            return until_last_change_ns + waiting * (now - std::min(now, last_change_ns));
        }
        void change(std::size_t& waiting, int by) {
            const std::uint64_t now = platform::monotonic_ns();
            until_last_change_ns = total(waiting, now);
            last_change_ns = now;
            waiting += static_cast<std::size_t>(by);
        }
    };

    template <class Ready>
    void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& condition, std::size_t& waiting,
              Waits& waits, Ready&& ready) {
        if (ready()) return;
        waits.change(waiting, 1);
        condition.wait(lock, ready);
        waits.change(waiting, -1);
    }
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
    std::size_t blocked_senders_ = 0, blocked_receivers_ = 0;
    Waits send_blocked_, receive_blocked_;
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
