// Ordered maps for many threads, made alike: our SkipMap, a std::map behind a lock, and oneTBB's concurrent_map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>

#ifdef GRAINSCOPE_HAS_TBB
#include <oneapi/tbb/concurrent_map.h>
#endif

#include <grainscope/collections/skip_map.h>

namespace grainscope::workloads {

using MapKey = std::uint64_t;
using MapValue = std::uint64_t;

/// insert: whether the key was new (a present one keeps its value). erase: whether it was there. for_each: in order,
/// with no writer beside it.
class SkipMapOfAll {
  public:
    static constexpr bool can_erase = true;
    bool insert(MapKey key, MapValue value) { return map_.get_or_insert(key, value).value() == value; }
    [[nodiscard]] std::optional<MapValue> find(MapKey key) const {
        const auto entry = map_.get(key);
        return entry ? std::optional(entry->value()) : std::nullopt;
    }
    bool erase(MapKey key) { return map_.remove(key).has_value(); }
    template <class F>
    void for_each(F&& f) const {
        for (const auto& entry : map_) f(entry.key(), entry.value());
    }

  private:
    SkipMap<MapKey, MapValue> map_;
};

/// Lock: for writers. ReadLock: for readers.
template <class Mutex, template <class> class ReadLock>
class LockedMap {
  public:
    static constexpr bool can_erase = true;
    bool insert(MapKey key, MapValue value) {
        const std::lock_guard lock(mutex_);
        return map_.emplace(key, value).second;
    }
    [[nodiscard]] std::optional<MapValue> find(MapKey key) const {
        const ReadLock<Mutex> lock(mutex_);
        const auto found = map_.find(key);
        return found == map_.end() ? std::nullopt : std::optional(found->second);
    }
    bool erase(MapKey key) {
        const std::lock_guard lock(mutex_);
        return map_.erase(key) != 0;
    }
    template <class F>
    void for_each(F&& f) const {
        for (const auto& [key, value] : map_) f(key, value);
    }

  private:
    mutable Mutex mutex_;
    std::map<MapKey, MapValue> map_;
};
using MutexMap = LockedMap<std::mutex, std::unique_lock>;
using ReadWriteMap = LockedMap<std::shared_mutex, std::shared_lock>;

#ifdef GRAINSCOPE_HAS_TBB
/// It has no erase that others may run beside.
class TbbMap {
  public:
    static constexpr bool can_erase = false;
    bool insert(MapKey key, MapValue value) { return map_.emplace(key, value).second; }
    [[nodiscard]] std::optional<MapValue> find(MapKey key) const {
        const auto found = map_.find(key);
        return found == map_.end() ? std::nullopt : std::optional(found->second);
    }
    bool erase(MapKey) { return false; }
    template <class F>
    void for_each(F&& f) const {
        for (const auto& [key, value] : map_) f(key, value);
    }

  private:
    tbb::concurrent_map<MapKey, MapValue> map_;
};
#endif

}  // namespace grainscope::workloads
