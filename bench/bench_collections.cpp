// Queues of many producers and consumers: on one thread each push is followed by a pop, on two one pushes, one pops.
#include "bench_collections.h"

#include <grainscope/collections/collections.h>
#include <grainscope/platform/parking.h>

#include <concurrentqueue/concurrentqueue.h>
#include <tbb/concurrent_queue.h>
#include <boost/lockfree/queue.hpp>

#include <deque>
#include <memory>
#include <mutex>

namespace grainscope::bench {

namespace {

constexpr std::uint64_t pairs = 5'000'000;
constexpr std::size_t capacity = 1024;

/// `push(queue, x)` and `pop(queue, x)` say whether they did it.
template <class Make, class Push, class Pop>
auto moved(int threads, Make make, Push push, Pop pop) {
    return [=] {
        const auto queue = make();
        std::uint64_t sum = 0;
        const auto take_all = [&] {
            for (std::uint64_t taken = 0, x = 0; taken < pairs;) {
                if (pop(*queue, x)) {
                    sum += x;
                    ++taken;
                } else {
                    platform::cpu_relax();
                }
            }
        };
        const auto put_all = [&] {
            for (std::uint64_t i = 0; i < pairs; ++i)
                while (!push(*queue, i)) platform::cpu_relax();
        };
        const auto alternate = [&] {
            for (std::uint64_t i = 0, x = 0; i < pairs; ++i) {
                if (push(*queue, i) && pop(*queue, x)) sum += x;
            }
        };
        const double seconds = seconds_of(threads == 1 ? 1 : 2, [&](int thread) {
            if (threads == 1) return alternate();
            return thread == 0 ? take_all() : put_all();
        });
        if (sum != pairs * (pairs - 1) / 2) throw std::runtime_error("wrong answer");
        return seconds;
    };
}

struct LockedDeque {
    bool push(std::uint64_t x) {
        const std::lock_guard lock(mutex);
        if (elements.size() == capacity) return false;
        elements.push_back(x);
        return true;
    }
    bool pop(std::uint64_t& x) {
        const std::lock_guard lock(mutex);
        if (elements.empty()) return false;
        x = elements.front();
        elements.pop_front();
        return true;
    }
    std::mutex mutex;
    std::deque<std::uint64_t> elements;
};

/// A lambda, not a function, whose pointer no compiler would inline.
constexpr auto take_from = [](auto& queue, std::uint64_t& x) {
    if (const auto element = queue.pop()) {
        x = *element;
        return true;
    }
    return false;
};

void add_bounded(int threads) {
    Contest contest("bounded queue of 1024", threads, {.items = double(pairs)});
    using Ours = ArrayQueue<std::uint64_t>;
    contest.alone("grainscope ArrayQueue",
                  moved(
                      threads, [] { return std::make_unique<Ours>(capacity); },
                      [](Ours& q, std::uint64_t x) { return q.push(x).has_value(); }, take_from));
    using Boost = boost::lockfree::queue<std::uint64_t, boost::lockfree::fixed_sized<true>>;
    contest.alone("Boost lockfree queue", moved(
                                              threads, [] { return std::make_unique<Boost>(capacity); },
                                              [](Boost& q, std::uint64_t x) { return q.push(x); },
                                              [](Boost& q, std::uint64_t& x) { return q.pop(x); }));
    using Tbb = tbb::concurrent_bounded_queue<std::uint64_t>;
    const auto make_tbb = [] {
        auto queue = std::make_unique<Tbb>();
        queue->set_capacity(capacity);
        return queue;
    };
    contest.alone("oneTBB concurrent_bounded_queue",
                  moved(
                      threads, make_tbb, [](Tbb& q, std::uint64_t x) { return q.try_push(x); },
                      [](Tbb& q, std::uint64_t& x) { return q.try_pop(x); }));
    contest.alone("mutex and deque", moved(
                                         threads, [] { return std::make_unique<LockedDeque>(); },
                                         [](LockedDeque& q, std::uint64_t x) { return q.push(x); },
                                         [](LockedDeque& q, std::uint64_t& x) { return q.pop(x); }));
}

void add_unbounded(int threads) {
    Contest contest("unbounded queue", threads, {.items = double(pairs)});
    using Ours = SegQueue<std::uint64_t>;
    const auto push_ours = [](Ours& q, std::uint64_t x) {
        q.push(x);
        return true;
    };
    contest.alone("grainscope SegQueue", moved(
                                             threads, [] { return std::make_unique<Ours>(); }, push_ours, take_from));
    using Moody = moodycamel::ConcurrentQueue<std::uint64_t>;
    contest.alone("moodycamel ConcurrentQueue", moved(
                                                    threads, [] { return std::make_unique<Moody>(); },
                                                    [](Moody& q, std::uint64_t x) { return q.enqueue(x); },
                                                    [](Moody& q, std::uint64_t& x) { return q.try_dequeue(x); }));
    using Tbb = tbb::concurrent_queue<std::uint64_t>;
    const auto push_tbb = [](Tbb& q, std::uint64_t x) {
        q.push(x);
        return true;
    };
    contest.alone("oneTBB concurrent_queue", moved(
                                                 threads, [] { return std::make_unique<Tbb>(); }, push_tbb,
                                                 [](Tbb& q, std::uint64_t& x) { return q.try_pop(x); }));
}

}  // namespace

void add_queues(int threads) {
    add_bounded(threads);
    add_unbounded(threads);
}

}  // namespace grainscope::bench

int main(int argc, char** argv) {
    for (const int threads : grainscope::bench::thread_counts()) {
        grainscope::bench::add_queues(threads);
        grainscope::bench::add_maps(threads);
    }
    return grainscope::bench::run(argc, argv, "an operation");
}
