// Messages of eight bytes through channels and queues, between so many producers and consumers; selects; batches.
#include "contest.h"

#include <concurrentqueue/blockingconcurrentqueue.h>
#include <grainscope/channel/channel.h>
#include <tbb/concurrent_queue.h>

#include <boost/lockfree/queue.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <numeric>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using grainscope::Receiver;
using grainscope::Sender;
using grainscope::bench::Contest;
using grainscope::bench::timed;
using Message = std::uint64_t;

constexpr std::size_t batch = 64;
constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

std::pair<Sender<Message>, Receiver<Message>> channel_of(std::size_t capacity) {
    return capacity == unlimited ? grainscope::unbounded<Message>() : grainscope::bounded<Message>(capacity);
}

class OurChannel {
  public:
    explicit OurChannel(std::size_t capacity) : ends_(channel_of(capacity)) {}
    void push(Message message) { ends_.first.send(message).value(); }
    Message pop() { return ends_.second.recv().value(); }

  private:
    std::pair<Sender<Message>, Receiver<Message>> ends_;
};

/// The textbook's queue. It has room for one at least.
class MutexQueue {
  public:
    explicit MutexQueue(std::size_t capacity) : capacity_(std::max<std::size_t>(capacity, 1)) {}
    void push(Message message) {
        std::unique_lock lock(mutex_);
        not_full_.wait(lock, [this] { return messages_.size() < capacity_; });
        messages_.push_back(message);
        lock.unlock();
        not_empty_.notify_one();
    }
    Message pop() {
        std::unique_lock lock(mutex_);
        not_empty_.wait(lock, [this] { return !messages_.empty(); });
        const Message message = messages_.front();
        messages_.pop_front();
        lock.unlock();
        not_full_.notify_one();
        return message;
    }

  private:
    std::mutex mutex_;
    std::condition_variable not_full_;
    std::condition_variable not_empty_;
    std::deque<Message> messages_;
    std::size_t capacity_;
};

class OneTbbQueue {
  public:
    explicit OneTbbQueue(std::size_t capacity) {
        if (capacity != unlimited) queue_.set_capacity(static_cast<std::ptrdiff_t>(capacity));
    }
    void push(Message message) { queue_.push(message); }
    Message pop() {
        Message message = 0;
        queue_.pop(message);
        return message;
    }

  private:
    tbb::concurrent_bounded_queue<Message> queue_;
};

class MoodycamelQueue {
  public:
    explicit MoodycamelQueue(std::size_t) {}
    void push(Message message) { queue_.enqueue(message); }
    Message pop() {
        Message message = 0;
        queue_.wait_dequeue(message);
        return message;
    }

  private:
    moodycamel::BlockingConcurrentQueue<Message> queue_;
};

/// It cannot wait: whoever finds it full or empty yields.
class BoostQueue {
  public:
    explicit BoostQueue(std::size_t capacity) : queue_(capacity) {}
    void push(Message message) {
        while (!queue_.bounded_push(message)) std::this_thread::yield();
    }
    Message pop() {
        Message message = 0;
        while (!queue_.pop(message)) std::this_thread::yield();
        return message;
    }

  private:
    boost::lockfree::queue<Message, boost::lockfree::fixed_sized<true>> queue_;
};

struct Shape {
    std::size_t capacity;
    std::size_t producers;
    std::size_t consumers;
    std::size_t messages;

    [[nodiscard]] std::string name() const {
        return "channel of " + (capacity == unlimited ? "any number" : std::to_string(capacity)) + ", " +
               std::to_string(producers) + " to " + std::to_string(consumers);
    }
};

/// Runs produce(first, last) on each producer and consume(n), which returns a sum, on each consumer. Returns all sums.
template <class Produce, class Consume>
Message exchange(const Shape& shape, Produce produce, Consume consume) {
    std::vector<Message> sums(shape.consumers * 16);  // each in cache lines of its own
    const std::size_t each = shape.messages / shape.producers;
    {
        std::vector<std::jthread> threads;
        for (std::size_t p = 0; p < shape.producers; ++p)
            threads.emplace_back([=] { produce(Message{p * each}, Message{(p + 1) * each}); });
        for (std::size_t c = 0; c < shape.consumers; ++c)
            threads.emplace_back([=, &sums] { sums[c * 16] = consume(shape.messages / shape.consumers); });
    }
    return std::accumulate(sums.begin(), sums.end(), Message{0});
}

template <class Queue>
double run_queue(const Shape& shape) {
    const Message expected = Message{shape.messages} * (shape.messages - 1) / 2;
    return timed(
        [&] {
            Queue queue(shape.capacity);
            return exchange(
                shape,
                [&queue](Message first, Message last) {
                    for (Message i = first; i < last; ++i) queue.push(i);
                },
                [&queue](std::size_t n) {
                    Message sum = 0;
                    for (std::size_t i = 0; i < n; ++i) sum += queue.pop();
                    return sum;
                });
        },
        [=](Message sum) { return sum == expected; });
}

double run_batches(const Shape& shape) {
    const Message expected = Message{shape.messages} * (shape.messages - 1) / 2;
    return timed(
        [&] {
            auto ends = channel_of(shape.capacity);
            return exchange(
                shape,
                [&tx = ends.first](Message first, Message last) {
                    std::vector<Message> messages;
                    while (first < last) {
                        messages.resize(std::min<std::size_t>(batch, last - first));
                        for (Message& message : messages) message = first++;
                        tx.send_many(messages).value();
                    }
                },
                [&rx = ends.second](std::size_t n) {
                    Message sum = 0;
                    while (n > 0) {
                        const std::vector<Message> messages = rx.recv_many(std::min(batch, n)).value();
                        for (const Message message : messages) sum += message;
                        n -= messages.size();
                    }
                    return sum;
                });
        },
        [=](Message sum) { return sum == expected; });
}

/// Four producers, each with a channel of its own; one consumer selects among the four.
double run_select(std::size_t capacity, std::size_t messages) {
    const Message expected = Message{messages} * (messages - 1) / 2;
    return timed(
        [&] {
            std::array<std::pair<Sender<Message>, Receiver<Message>>, 4> ends{
                channel_of(capacity), channel_of(capacity), channel_of(capacity), channel_of(capacity)};
            std::vector<std::jthread> producers;
            for (std::size_t p = 0; p < 4; ++p) {
                producers.emplace_back([tx = ends[p].first, p, messages] {
                    for (Message i = p * messages / 4; i < (p + 1) * messages / 4; ++i) tx.send(i).value();
                });
            }
            Message sum = 0;
            const auto add = [&sum](auto message) { sum += message.value(); };
            for (std::size_t i = 0; i < messages; ++i) {
                grainscope::select(grainscope::recv(ends[0].second, add), grainscope::recv(ends[1].second, add),
                                   grainscope::recv(ends[2].second, add), grainscope::recv(ends[3].second, add));
            }
            return sum;
        },
        [=](Message sum) { return sum == expected; });
}

void add_shape(const Shape& shape) {
    Contest contest(shape.name(), static_cast<int>(shape.producers + shape.consumers),
                    {.items = static_cast<double>(shape.messages)});
    contest.alone("grainscope", [=] { return run_queue<OurChannel>(shape); });
    if (shape.capacity >= 64) contest.alone("grainscope batches of 64", [=] { return run_batches(shape); });
    contest.alone("mutex and condition", [=] { return run_queue<MutexQueue>(shape); });
    if (shape.capacity > 0) contest.alone("oneTBB bounded queue", [=] { return run_queue<OneTbbQueue>(shape); });
    if (shape.capacity == unlimited)
        contest.alone("moodycamel blocking queue", [=] { return run_queue<MoodycamelQueue>(shape); });
    if (shape.capacity > 0 && shape.capacity < 65'000)
        contest.alone("boost::lockfree::queue, yielding", [=] { return run_queue<BoostQueue>(shape); });
}

void add_select(std::size_t capacity, std::size_t messages) {
    Contest contest("select over four channels of " +
                        (capacity == unlimited ? std::string("any number") : std::to_string(capacity)),
                    5, {.items = static_cast<double>(messages)});
    contest.alone("grainscope select", [=] { return run_select(capacity, messages); });
}

// -- waking, and watching ---------------------------------------------------------------------------------------------

std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                      std::chrono::nanoseconds(1));
}

/// Sends moments to a thread that has been waiting for long. Returns how long they were on their way, in all.
template <class Send, class Receive>
double wake_seconds(std::size_t wakes, Send send, Receive receive) {
    std::uint64_t total_ns = 0;
    std::jthread sleeper([&] {
        for (std::size_t i = 0; i < wakes; ++i) {
            const Message sent = receive();
            total_ns += now_ns() - sent;
        }
    });
    for (std::size_t i = 0; i < wakes; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // it looks for a tenth of that before it parks
        send(i, now_ns());
    }
    sleeper.join();
    return static_cast<double>(total_ns) * 1e-9;
}

void add_wakes() {
    constexpr std::size_t wakes = 200;
    Contest contest("waking a thread that waits", 2, {.items = wakes});
    contest.alone("grainscope select over four channels", [] {
        std::array<std::pair<Sender<Message>, Receiver<Message>>, 4> ends{channel_of(100), channel_of(100),
                                                                          channel_of(100), channel_of(100)};
        return wake_seconds(
            wakes, [&](std::size_t i, Message sent) { ends[i % 4].first.send(sent).value(); },
            [&] {
                Message sent = 0;
                const auto keep = [&sent](auto message) { sent = message.value(); };
                grainscope::select(grainscope::recv(ends[0].second, keep), grainscope::recv(ends[1].second, keep),
                                   grainscope::recv(ends[2].second, keep), grainscope::recv(ends[3].second, keep));
                return sent;
            });
    });
    contest.alone("grainscope channel", [] {
        OurChannel queue(100);
        return wake_seconds(
            wakes, [&](std::size_t, Message sent) { queue.push(sent); }, [&] { return queue.pop(); });
    });
    contest.alone("mutex and condition", [] {
        MutexQueue queue(100);
        return wake_seconds(
            wakes, [&](std::size_t, Message sent) { queue.push(sent); }, [&] { return queue.pop(); });
    });
}

/// One thread sends and receives, and nobody or another thread reads the channel's telemetry a thousand times a second.
double run_watched(std::size_t messages, bool watched) {
    const Message expected = Message{messages} * (messages - 1) / 2;
    auto ends = channel_of(1024);
    std::jthread watcher;
    if (watched) {
        watcher = std::jthread([watch = ends.first.watch()](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                (void)watch.telemetry();
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        });
    }
    return timed(
        [&] {
            Message sum = 0;
            for (Message i = 0; i < messages; ++i) {
                ends.first.send(i).value();
                sum += ends.second.recv().value();
            }
            return sum;
        },
        [=](Message sum) { return sum == expected; });
}

void add_watching() {
    constexpr std::size_t messages = 2'000'000;
    Contest contest("channel of 1024, sent and received by one thread", 1, {.items = messages});
    contest.alone("grainscope", [] { return run_watched(messages, false); });
    contest.alone("grainscope, watched", [] { return run_watched(messages, true); });
}

}  // namespace

int main(int argc, char** argv) {
    for (const auto& [producers, consumers] : {std::pair{1, 1}, std::pair{4, 1}, std::pair{1, 4}, std::pair{4, 4}}) {
        for (const auto& [capacity, messages] :
             {std::pair{unlimited, 2'000'000}, std::pair{std::size_t{1024}, 2'000'000},
              std::pair{std::size_t{100}, 2'000'000}, std::pair{std::size_t{1}, 100'000},
              std::pair{std::size_t{0}, 20'000}}) {
            add_shape({.capacity = capacity,
                       .producers = static_cast<std::size_t>(producers),
                       .consumers = static_cast<std::size_t>(consumers),
                       .messages = static_cast<std::size_t>(messages)});
        }
    }
    for (const std::size_t capacity : {unlimited, std::size_t{100}}) add_select(capacity, 400'000);
    for (const std::size_t capacity : {std::size_t{1}, std::size_t{0}}) add_select(capacity, 20'000);
    add_wakes();
    add_watching();
    return grainscope::bench::run(argc, argv, "a message");
}
