// The ordered map that many threads read and write at once.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/collections/skip_entry.h>
#include <grainscope/collections/skip_list.h>

namespace grainscope {

namespace detail {

template <class Compare>
concept Transparent = requires {
    typename Compare::is_transparent;
};

/// What may be looked up in a map with keys K: keys, what a transparent comparator takes, and what converts to a key.
template <class Q, class K, class Compare>
concept Lookup = Transparent<Compare> || std::convertible_to<const Q&, K>;

/// As the comparator takes it. Integers become keys first, so that no two signs are compared.
template <class K, class Compare, class Q>
decltype(auto) as_lookup(const Q& key) {
    if constexpr (std::is_same_v<Q, K> || (Transparent<Compare> && !(std::integral<Q> && std::integral<K>))) {
        return (key);
    } else {
        return static_cast<K>(key);
    }
}

}  // namespace detail

/// An ordered map: any thread may read and write at any time, and nobody waits for anybody. It is crossbeam's
/// `SkipMap`, with the bounds of std::map: `lower_bound(k)` is the first key not less than k.
///
/// An entry, once inserted, never changes; inserting its key again replaces it by another. Operations hand out entries
/// (SkipEntry), which stay readable as long as one likes. All of them take expected O(log n) and are linearizable, but
/// for iteration, which sees each moment as it comes, pop_front and pop_back, which take what was at the end when they
/// looked, clear, which removes piece by piece, and len, which is exact while nobody writes.
///
/// What throws - a copy, a comparison, an allocation - leaves the map as it was; only lookups that find a removed
/// block in their way allocate. The comparator is called by several threads at once, and may use the map.
///
/// Memory: what was removed is freed while others read on, and a reader that stops in the middle of an operation
/// keeps no more from being freed than was in the map then. README.md has the algorithm, the proofs and the numbers.
///
///     grainscope::SkipMap<std::string, int> ages;
///     ages.insert("Ada", 36);
///     ages.insert("Alan", 41);
///     if (auto entry = ages.get("Ada")) std::printf("%s: %d\n", entry->key().c_str(), entry->value());
///     for (const auto& entry : ages) std::printf("%s\n", entry.key().c_str());  // in order
template <class K, class V, class Compare = std::less<>>
class SkipMap {
    static_assert(std::is_object_v<K> && std::is_object_v<V>, "SkipMap<K, V>: keys and values are objects");
    using List = detail::SkipList<K, V, Compare>;
    using Node = typename List::Node;

  public:
    using Entry = SkipEntry<K, V, Compare>;
    using iterator = SkipIterator<K, V, Compare>;
    using const_iterator = iterator;
    template <class Low = K, class High = Low>
    using Range = SkipRange<K, V, Compare, Low, High>;

    SkipMap() : SkipMap(Compare()) {}
    explicit SkipMap(const Compare& compare) : list_(compare) {}
    SkipMap(std::initializer_list<std::pair<K, V>> entries, const Compare& compare = Compare()) : list_(compare) {
        for (const auto& [key, value] : entries) get_or_insert(key, value);
    }
    SkipMap(const SkipMap&) = delete;
    SkipMap& operator=(const SkipMap&) = delete;

    // -- writing ----------------------------------------------------------------------------------------------------

    /// Puts an entry in, in the place of the one that has its key, if there is one.
    ///
    ///     grainscope::SkipMap<int, int> map;
    ///     map.insert(1, 10);
    ///     int value = map.insert(1, 20).value();  // 20
    Entry insert(K key, V value) {
        return put(std::move(key), std::move(value), [](const V&) { return true; });
    }
    /// The same, but an entry that is present is only replaced if replaces(its value) says so. Returns the entry that
    /// is in the map. `replaces` may be called several times, with values that come one after the other.
    ///
    ///     grainscope::SkipMap<int, int> largest;
    ///     for (int x : {3, 9, 4}) largest.compare_insert(1, x, [x](int present) { return present < x; });
    ///     int value = largest.get(1)->value();  // 9
    template <std::predicate<const V&> F>
    Entry compare_insert(K key, V value, F&& replaces) {
        return put(std::move(key), std::move(value), replaces);
    }
    /// The present entry, or a new one.
    Entry get_or_insert(K key, V value) {
        return put(std::move(key), std::move(value), [](const V&) { return false; });
    }
    /// The present entry, or a new one with the value make(). Another thread may insert the key while make() runs;
    /// then that entry is returned, and what make() gave is dropped.
    template <std::invocable F>
    Entry get_or_insert_with(K key, F&& make) {
        if (auto present = get(key)) return std::move(*present);
        return get_or_insert(std::move(key), std::invoke(std::forward<F>(make)));
    }
    /// Removes the entry with this key, and hands it out.
    template <detail::Lookup<K, Compare> Q>
    std::optional<Entry> remove(const Q& key) {
        const auto& wanted = detail::as_lookup<K, Compare>(key);
        return Entry::taken(list_, list_.take(wanted));
    }
    std::optional<Entry> pop_front() { return Entry::taken(list_, list_.take_front()); }
    std::optional<Entry> pop_back() { return Entry::taken(list_, list_.take_back()); }
    /// Removes what is there, from the front on. What others insert meanwhile may stay.
    void clear() { list_.clear(); }

    // -- reading ----------------------------------------------------------------------------------------------------

    template <detail::Lookup<K, Compare> Q>
    [[nodiscard]] std::optional<Entry> get(const Q& key) const {
        const auto& wanted = detail::as_lookup<K, Compare>(key);
        const detail::Guard guard;
        return Entry::held(list_, list_.find(guard, wanted));
    }
    template <detail::Lookup<K, Compare> Q>
    [[nodiscard]] bool contains_key(const Q& key) const {
        const auto& wanted = detail::as_lookup<K, Compare>(key);
        const detail::Guard guard;
        return static_cast<bool>(list_.find(guard, wanted));
    }
    [[nodiscard]] std::optional<Entry> front() const {
        const detail::Guard guard;
        return Entry::held(list_, list_.front(guard));
    }
    [[nodiscard]] std::optional<Entry> back() const {
        const detail::Guard guard;
        return Entry::held(list_, list_.back(guard));
    }
    /// The first entry whose key is not less than `key`.
    template <detail::Lookup<K, Compare> Q>
    [[nodiscard]] std::optional<Entry> lower_bound(const Q& key) const {
        return first_from(key, true);
    }
    /// The first entry whose key is greater than `key`.
    template <detail::Lookup<K, Compare> Q>
    [[nodiscard]] std::optional<Entry> upper_bound(const Q& key) const {
        return first_from(key, false);
    }
    /// The last entry whose key is less than `key`. crossbeam's `upper_bound(Excluded(key))`.
    template <detail::Lookup<K, Compare> Q>
    [[nodiscard]] std::optional<Entry> last_below(const Q& key) const {
        return last_before(key, false);
    }
    /// The last entry whose key is not greater than `key`. crossbeam's `upper_bound(Included(key))`.
    template <detail::Lookup<K, Compare> Q>
    [[nodiscard]] std::optional<Entry> last_at_most(const Q& key) const {
        return last_before(key, true);
    }

    /// The number of entries: exact while nobody writes.
    [[nodiscard]] std::size_t len() const noexcept { return list_.length(); }
    [[nodiscard]] std::size_t size() const noexcept { return len(); }
    /// Exact always.
    [[nodiscard]] bool is_empty() const {
        const detail::Guard guard;
        return !list_.front(guard);
    }
    [[nodiscard]] bool empty() const { return is_empty(); }

    // -- in order ---------------------------------------------------------------------------------------------------

    [[nodiscard]] iterator begin() const {
        const detail::Guard guard;
        return iterator(list_, guard, list_.front(guard));
    }
    [[nodiscard]] iterator end() const noexcept { return iterator(list_); }
    /// All entries, to be taken from both ends.
    ///
    ///     grainscope::SkipMap<int, char> map{{1, 'a'}, {2, 'b'}, {3, 'c'}};
    ///     auto entries = map.iter();
    ///     char first = entries.next()->value();      // 'a'
    ///     char last = entries.next_back()->value();  // 'c'
    [[nodiscard]] Range<> iter() const { return Range<>(list_, std::nullopt, std::nullopt); }
    /// The entries whose keys are not less than `first` and less than `last`, to be taken from both ends.
    ///
    ///     grainscope::SkipMap<int, char> map{{1, 'a'}, {2, 'b'}, {3, 'c'}};
    ///     int sum = 0;
    ///     for (const auto& entry : map.range(1, 3)) sum += entry.key();  // 1 + 2
    template <detail::Lookup<K, Compare> Low, detail::Lookup<K, Compare> High>
    [[nodiscard]] auto range(const Low& first, const High& last) const {
        using L = std::decay_t<decltype(detail::as_lookup<K, Compare>(first))>;
        using H = std::decay_t<decltype(detail::as_lookup<K, Compare>(last))>;
        return Range<L, H>(list_, detail::as_lookup<K, Compare>(first), detail::as_lookup<K, Compare>(last));
    }
    /// The entries whose keys are not less than `first`.
    template <detail::Lookup<K, Compare> Low>
    [[nodiscard]] auto range_from(const Low& first) const {
        using L = std::decay_t<decltype(detail::as_lookup<K, Compare>(first))>;
        return Range<L, K>(list_, detail::as_lookup<K, Compare>(first), std::nullopt);
    }
    /// The entries whose keys are less than `last`.
    template <detail::Lookup<K, Compare> High>
    [[nodiscard]] auto range_below(const High& last) const {
        using H = std::decay_t<decltype(detail::as_lookup<K, Compare>(last))>;
        return Range<K, H>(list_, std::nullopt, detail::as_lookup<K, Compare>(last));
    }

    /// How many objects - entries, leaves, blocks - were taken out of the map and wait to be freed.
    [[nodiscard]] std::size_t garbage() const noexcept { return list_.garbage(); }

  private:
    template <class F>
    Entry put(K&& key, V&& value, F&& replaces) {
        typename List::NodeOwner fresh(new Node(std::move(key), std::move(value)));
        return Entry(list_, list_.put(std::move(fresh), replaces));
    }
    template <class Q>
    std::optional<Entry> first_from(const Q& key, bool equal) const {
        const auto& wanted = detail::as_lookup<K, Compare>(key);
        const detail::Guard guard;
        return Entry::held(list_, list_.first_from(guard, wanted, equal));
    }
    template <class Q>
    std::optional<Entry> last_before(const Q& key, bool equal) const {
        const auto& wanted = detail::as_lookup<K, Compare>(key);
        const detail::Guard guard;
        return Entry::held(list_, list_.last_before(guard, wanted, equal));
    }

    mutable List list_;
};

}  // namespace grainscope
