// Small recorded histories of the queues and the map, each held against a sequential model.
#include <gtest/gtest.h>

#include <barrier>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include <grainscope/collections/collections.h>

#include "linearizability.h"

namespace grainscope {
namespace {

using testing::LinearizabilityCheck;
using testing::LogicalClock;
using testing::Recorded;

/// Three threads make a few calls each, at once. `step(random)` makes one and says what it was and answered.
template <class Call>
std::vector<Recorded<Call>> record(const std::function<Call(std::mt19937&)>& step, unsigned seed) {
    constexpr unsigned threads = 3;
    constexpr int calls = 5;
    LogicalClock clock;
    std::mutex mutex;
    std::vector<Recorded<Call>> history;
    std::barrier start(threads);
    std::vector<std::jthread> running;
    for (unsigned t = 0; t < threads; ++t) {
        running.emplace_back([&, t] {
            std::mt19937 random(seed * threads + t);
            std::vector<Recorded<Call>> own;
            start.arrive_and_wait();
            for (int i = 0; i < calls; ++i) {
                const std::uint64_t begin = clock.tick();
                const Call call = step(random);
                own.push_back({call, begin, clock.tick()});
            }
            const std::lock_guard lock(mutex);
            history.insert(history.end(), own.begin(), own.end());
        });
    }
    running.clear();
    return history;
}

struct QueueCall {
    enum class Kind { push, force_push, pop } kind;
    int value = 0;
    bool accepted = true;        ///< push
    std::optional<int> taken{};  ///< pop and force_push
};

template <std::size_t capacity>
struct QueueModel {
    std::deque<int> elements{};
    bool apply(const QueueCall& call) {
        if (call.kind == QueueCall::Kind::push) {
            if (call.accepted != (elements.size() < capacity)) return false;
            if (call.accepted) elements.push_back(call.value);
            return true;
        }
        const bool takes = call.kind == QueueCall::Kind::pop ? !elements.empty() : elements.size() == capacity;
        if (takes != call.taken.has_value()) return false;
        if (takes) {
            if (elements.front() != *call.taken) return false;
            elements.pop_front();
        }
        if (call.kind == QueueCall::Kind::force_push) elements.push_back(call.value);
        return true;
    }
    bool operator<(const QueueModel& other) const { return elements < other.elements; }
};

TEST(Linearizability, the_check_refuses_what_no_order_explains) {
    using Kind = QueueCall::Kind;
    std::vector<Recorded<QueueCall>> history{{{Kind::push, 1}, 0, 1}, {{Kind::pop, 0, true, 2}, 2, 3}};
    EXPECT_FALSE((LinearizabilityCheck<QueueModel<2>, QueueCall>(history).passes()));
    history[1].call.taken = 1;
    EXPECT_TRUE((LinearizabilityCheck<QueueModel<2>, QueueCall>(history).passes()));
    history[1].call.taken.reset();  // "empty", after a push had ended
    EXPECT_FALSE((LinearizabilityCheck<QueueModel<2>, QueueCall>(history).passes()));
    history[1].begin = 1;
    history[0].end = 2;  // they overlap: the pop may have come first
    EXPECT_TRUE((LinearizabilityCheck<QueueModel<2>, QueueCall>(history).passes()));
}

TEST(Linearizability, array_queue_histories_have_an_order) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        ArrayQueue<int> queue(2);
        std::atomic<int> next = 0;
        const auto history = record<QueueCall>(
            [&](std::mt19937& random) -> QueueCall {
                const int value = next++;
                switch (random() % 5) {
                    case 0:
                    case 1:
                        return {QueueCall::Kind::push, value, queue.push(value).has_value()};
                    case 2:
                        return {QueueCall::Kind::force_push, value, true, queue.force_push(value)};
                    default:
                        return {QueueCall::Kind::pop, 0, true, queue.pop()};
                }
            },
            seed);
        ASSERT_TRUE((LinearizabilityCheck<QueueModel<2>, QueueCall>(history).passes())) << "seed " << seed;
    }
}

TEST(Linearizability, seg_queue_histories_have_an_order) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        SegQueue<int> queue;
        for (int i = 0; i < 28; ++i) {  // near the end of a block
            queue.push(-1);
            (void)queue.pop();
        }
        std::atomic<int> next = 0;
        const auto history = record<QueueCall>(
            [&](std::mt19937& random) -> QueueCall {
                const int value = next++;
                if (random() % 2 != 0) return {QueueCall::Kind::pop, 0, true, queue.pop()};
                queue.push(value);
                return {QueueCall::Kind::push, value, true};
            },
            seed);
        ASSERT_TRUE((LinearizabilityCheck<QueueModel<1000>, QueueCall>(history).passes())) << "seed " << seed;
    }
}

struct MapCall {
    enum class Kind { insert, get_or_insert, remove, get, lower_bound, last_below, front, back } kind;
    int key = 0;
    int value = 0;
    std::optional<std::pair<int, int>> answer{};
};

struct MapModel {
    std::map<int, int> entries{};
    bool apply(const MapCall& call) {
        using Kind = MapCall::Kind;
        auto place = entries.end();
        switch (call.kind) {
            case Kind::insert:
                place = entries.insert_or_assign(call.key, call.value).first;
                break;
            case Kind::get_or_insert:
                place = entries.try_emplace(call.key, call.value).first;
                break;
            case Kind::remove:
            case Kind::get:
                place = entries.find(call.key);
                break;
            case Kind::lower_bound:
                place = entries.lower_bound(call.key);
                break;
            case Kind::front:
                place = entries.begin();
                break;
            case Kind::last_below:
            case Kind::back:
                place = call.kind == Kind::back ? entries.end() : entries.lower_bound(call.key);
                if (place == entries.begin()) return !call.answer;
                --place;
        }
        if (call.answer.has_value() != (place != entries.end())) return false;
        if (!call.answer) return true;
        if (call.answer->first != place->first || call.answer->second != place->second) return false;
        if (call.kind == Kind::remove) entries.erase(place);
        return true;
    }
    bool operator<(const MapModel& other) const { return entries < other.entries; }
};

TEST(Linearizability, skip_map_histories_have_an_order) {
    for (unsigned seed = 0; seed < 400; ++seed) {
        SkipMap<int, int> map;
        MapModel before;
        // Full blocks, and blocks of few entries: the calls below split some and end others.
        const int keys = seed % 2 == 0 ? 56 : 8;
        for (int key = 0; key < 200; ++key) map.insert(key, -1);
        for (int key = 0; key < 200; ++key)
            if (key < 56 - keys || key >= 56 + keys) map.remove(key);
        for (const auto& entry : map) before.entries.emplace(entry.key(), entry.value());
        std::atomic<int> next = 0;
        const auto history = record<MapCall>(
            [&](std::mt19937& random) {
                MapCall call{static_cast<MapCall::Kind>(random() % 8), 50 + static_cast<int>(random() % 12), next++};
                std::optional<SkipMap<int, int>::Entry> entry;
                switch (call.kind) {
                    case MapCall::Kind::insert:
                        entry = map.insert(call.key, call.value);
                        break;
                    case MapCall::Kind::get_or_insert:
                        entry = map.get_or_insert(call.key, call.value);
                        break;
                    case MapCall::Kind::remove:
                        entry = map.remove(call.key);
                        break;
                    case MapCall::Kind::get:
                        entry = map.get(call.key);
                        break;
                    case MapCall::Kind::lower_bound:
                        entry = map.lower_bound(call.key);
                        break;
                    case MapCall::Kind::last_below:
                        entry = map.last_below(call.key);
                        break;
                    case MapCall::Kind::front:
                        entry = map.front();
                        break;
                    case MapCall::Kind::back:
                        entry = map.back();
                        break;
                }
                if (entry) call.answer = {entry->key(), entry->value()};
                return call;
            },
            seed);
        ASSERT_TRUE((LinearizabilityCheck<MapModel, MapCall>(history).passes(before))) << "seed " << seed;
    }
}

}  // namespace
}  // namespace grainscope
