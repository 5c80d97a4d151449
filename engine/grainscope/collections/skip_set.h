// The ordered set that many threads read and write at once.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <utility>

#include <grainscope/collections/skip_map.h>

namespace grainscope {

/// An ordered set: SkipMap without values. Its entries have key(), also called value().
///
///     grainscope::SkipSet<int> set{5, 1, 3};
///     bool has_three = set.contains(3);          // true
///     int smallest = set.pop_front()->value();   // 1
///     int next = set.lower_bound(2)->value();    // 3
template <class K, class Compare = std::less<>>
class SkipSet {
    using Map = SkipMap<K, detail::NoValue, Compare>;

  public:
    using Entry = typename Map::Entry;
    using iterator = typename Map::iterator;
    using const_iterator = iterator;

    SkipSet() = default;
    explicit SkipSet(const Compare& compare) : map_(compare) {}
    SkipSet(std::initializer_list<K> keys, const Compare& compare = Compare()) : map_(compare) {
        for (const K& key : keys) get_or_insert(key);
    }

    /// Puts a key in, in the place of an equal one, if there is one.
    Entry insert(K key) { return map_.insert(std::move(key), {}); }
    /// The present entry, or a new one.
    Entry get_or_insert(K key) { return map_.get_or_insert(std::move(key), {}); }
    /// As in SkipMap, all of these.
    template <class Q>
    std::optional<Entry> remove(const Q& key) {
        return map_.remove(key);
    }
    std::optional<Entry> pop_front() { return map_.pop_front(); }
    std::optional<Entry> pop_back() { return map_.pop_back(); }
    void clear() { map_.clear(); }

    template <class Q>
    [[nodiscard]] bool contains(const Q& key) const {
        return map_.contains_key(key);
    }
    template <class Q>
    [[nodiscard]] std::optional<Entry> get(const Q& key) const {
        return map_.get(key);
    }
    [[nodiscard]] std::optional<Entry> front() const { return map_.front(); }
    [[nodiscard]] std::optional<Entry> back() const { return map_.back(); }
    template <class Q>
    [[nodiscard]] std::optional<Entry> lower_bound(const Q& key) const {
        return map_.lower_bound(key);
    }
    template <class Q>
    [[nodiscard]] std::optional<Entry> upper_bound(const Q& key) const {
        return map_.upper_bound(key);
    }
    template <class Q>
    [[nodiscard]] std::optional<Entry> last_below(const Q& key) const {
        return map_.last_below(key);
    }
    template <class Q>
    [[nodiscard]] std::optional<Entry> last_at_most(const Q& key) const {
        return map_.last_at_most(key);
    }
    [[nodiscard]] std::size_t len() const noexcept { return map_.len(); }
    [[nodiscard]] std::size_t size() const noexcept { return map_.len(); }
    [[nodiscard]] bool is_empty() const { return map_.is_empty(); }
    [[nodiscard]] bool empty() const { return map_.is_empty(); }

    [[nodiscard]] iterator begin() const { return map_.begin(); }
    [[nodiscard]] iterator end() const noexcept { return map_.end(); }
    [[nodiscard]] auto iter() const { return map_.iter(); }
    template <class Low, class High>
    [[nodiscard]] auto range(const Low& first, const High& last) const {
        return map_.range(first, last);
    }
    template <class Low>
    [[nodiscard]] auto range_from(const Low& first) const {
        return map_.range_from(first);
    }
    template <class High>
    [[nodiscard]] auto range_below(const High& last) const {
        return map_.range_below(last);
    }
    [[nodiscard]] std::size_t garbage() const noexcept { return map_.garbage(); }

  private:
    Map map_;
};

}  // namespace grainscope
