// Ordered maps that threads share: a million random numbers are inserted, looked up, and walked by one thread.
#include "bench_collections.h"

#include <grainscope/collections/skip_map.h>

#include <tbb/concurrent_map.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <shared_mutex>

namespace grainscope::bench {

namespace {

using Key = std::uint64_t;
constexpr std::size_t size = 1'000'000;

struct Keys {
    std::vector<Key> in_order_of_insertion, in_order_of_lookup;
    Key sum = 0;
};
Keys make_keys() {
    std::mt19937_64 random(21);
    Keys keys;
    for (std::size_t i = 0; i < size; ++i) keys.in_order_of_insertion.push_back(random());
    for (const Key key : keys.in_order_of_insertion) keys.sum += key;
    keys.in_order_of_lookup = keys.in_order_of_insertion;
    std::shuffle(keys.in_order_of_lookup.begin(), keys.in_order_of_lookup.end(), random);
    return keys;
}
Lazy<Keys> keys(make_keys);

struct Ours {
    SkipMap<Key, Key> map;
    void insert(Key key) { map.insert(key, key); }
    [[nodiscard]] Key get(Key key) const { return map.get(key)->value(); }
    [[nodiscard]] Key sum() const {
        Key sum = 0;
        for (const auto& entry : map) sum += entry.value();
        return sum;
    }
};
struct OneTBB {
    tbb::concurrent_map<Key, Key> map;
    void insert(Key key) { map.emplace(key, key); }
    [[nodiscard]] Key get(Key key) const { return map.find(key)->second; }
    [[nodiscard]] Key sum() const {
        Key sum = 0;
        for (const auto& [key, value] : map) sum += value;
        return sum;
    }
};
template <class Mutex, class ReadLock>
struct Locked {
    mutable Mutex mutex;
    std::map<Key, Key> map;
    void insert(Key key) {
        const std::lock_guard lock(mutex);
        map.emplace(key, key);
    }
    [[nodiscard]] Key get(Key key) const {
        const ReadLock lock(mutex);
        return map.find(key)->second;
    }
    [[nodiscard]] Key sum() const {
        const ReadLock lock(mutex);
        Key sum = 0;
        for (const auto& [key, value] : map) sum += value;
        return sum;
    }
};
using OneLock = Locked<std::mutex, std::lock_guard<std::mutex>>;
using SharedLock = Locked<std::shared_mutex, std::shared_lock<std::shared_mutex>>;

/// each(key) for all keys, a stretch a thread.
template <class Each>
double with_all(int threads, const std::vector<Key>& all, Each each) {
    return seconds_of(threads, [&](int thread) {
        const std::size_t begin = size * static_cast<std::size_t>(thread) / static_cast<std::size_t>(threads);
        const std::size_t end = size * static_cast<std::size_t>(thread + 1) / static_cast<std::size_t>(threads);
        for (std::size_t i = begin; i < end; ++i) each(all[i]);
    });
}

template <class Map>
double inserted(int threads) {
    Map map;
    const double seconds = with_all(threads, keys->in_order_of_insertion, [&](Key key) { map.insert(key); });
    if (map.sum() != keys->sum) throw std::runtime_error("wrong answer");
    return seconds;
}

/// A map that `threads` threads have filled, for the contestants that only read.
template <class Map>
const Map& filled(int threads) {
    static std::map<int, std::unique_ptr<Map>> made;
    auto& map = made[threads];
    if (map == nullptr) {
        map = std::make_unique<Map>();
        with_all(threads, keys->in_order_of_insertion, [&](Key key) { map->insert(key); });
    }
    return *map;
}

template <class Map>
double looked_up(int threads) {
    const Map& map = filled<Map>(threads);
    return with_all(threads, keys->in_order_of_lookup, [&](Key key) {
        if (map.get(key) != key) throw std::runtime_error("wrong answer");
    });
}

template <class Map>
double walked(int threads) {
    const Map& map = filled<Map>(threads);
    return timed([&] { return map.sum(); }, [](Key sum) { return sum == keys->sum; });
}

template <class Run>
void add(const std::string& title, int threads, Run run) {
    Contest contest(title, threads, {.items = double(size)});
    contest.alone("grainscope SkipMap", [=] { return run(std::type_identity<Ours>(), threads); });
    contest.alone("oneTBB concurrent_map", [=] { return run(std::type_identity<OneTBB>(), threads); });
    contest.alone("shared_mutex and std::map", [=] { return run(std::type_identity<SharedLock>(), threads); });
    contest.alone("mutex and std::map", [=] { return run(std::type_identity<OneLock>(), threads); });
}

}  // namespace

void add_maps(int threads) {
    add("insert 1000000 random keys", threads,
        []<class Map>(std::type_identity<Map>, int t) { return inserted<Map>(t); });
    add("get 1000000 random keys", threads,
        []<class Map>(std::type_identity<Map>, int t) { return looked_up<Map>(t); });
    add("iterate over 1000000 keys", threads, []<class Map>(std::type_identity<Map>, int t) { return walked<Map>(t); });
}

}  // namespace grainscope::bench
