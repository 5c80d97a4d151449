// A handle on an entry of a SkipMap or SkipSet, and the iterators over them.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <grainscope/collections/skip_list.h>

namespace grainscope {

namespace detail {

/// The value of a set's entries.
struct NoValue {};

template <class K, class V, class Compare>
class SkipPosition;

}  // namespace detail

/// A handle on an entry. Key and value stay readable as long as there is a handle, also after the entry was removed
/// from the map, after clear(), and after the map's end; `next`, `prev` and `remove` need the map. Handles may be
/// copied, and passed to other threads; several threads may read through one. One that was moved from holds nothing,
/// and using it throws std::logic_error.
///
/// A handle is one reference count on its entry, no lock and no pin: however long it is kept, it keeps one entry.
template <class K, class V, class Compare>
class SkipEntry {
    using List = detail::SkipList<K, V, Compare>;
    using Node = typename List::Node;

  public:
    SkipEntry(const SkipEntry& other) noexcept : list_(other.list_), node_(other.node_) {
        if (node_ != nullptr) node_->holds.hold();
    }
    SkipEntry(SkipEntry&& other) noexcept : list_(other.list_), node_(std::exchange(other.node_, nullptr)) {}
    SkipEntry& operator=(SkipEntry other) noexcept {
        std::swap(list_, other.list_);
        std::swap(node_, other.node_);
        return *this;
    }
    ~SkipEntry() {
        if (node_ != nullptr) Node::let_go(*node_);
    }

    [[nodiscard]] const K& key() const { return node().key; }
    /// In a set: the key.
    [[nodiscard]] decltype(auto) value() const {
        if constexpr (std::is_same_v<V, detail::NoValue>) {
            return key();
        } else {
            return std::as_const(node().value);
        }
    }

    /// Whether the map has it no longer: it was removed, replaced or cleared.
    [[nodiscard]] bool is_removed() const {
        return node().removed.load(acquire);  // pairs with the release in was_removed
    }
    /// Removes this entry from the map, unless that has happened already. Whether it was this call. O(log n).
    bool remove() const {
        Node* const taken = list_->take(key(), &node());
        if (taken == nullptr) return false;
        Node::let_go(*taken);
        return true;
    }

    /// The entry behind this one, by key: also that of a removed entry. None at the end. O(log n).
    [[nodiscard]] std::optional<SkipEntry> next() const {
        const K& own = key();
        const detail::Guard guard;
        return held(*list_, list_->first_from(guard, own, false));
    }
    /// The entry before this one, likewise.
    [[nodiscard]] std::optional<SkipEntry> prev() const {
        const K& own = key();
        const detail::Guard guard;
        return held(*list_, list_->last_before(guard, own, false));
    }
    /// Moves this handle on to the next entry. False at the end; then it stays.
    bool move_next() { return move_to(next()); }
    bool move_prev() { return move_to(prev()); }

    /// Whether both are handles on one entry.
    [[nodiscard]] friend bool operator==(const SkipEntry& a, const SkipEntry& b) noexcept { return a.node_ == b.node_; }

  private:
    template <class, class, class>
    friend class SkipMap;
    template <class, class>
    friend class SkipSet;
    friend class detail::SkipPosition<K, V, Compare>;

    /// Takes over a hold.
    SkipEntry(List& list, Node& node) noexcept : list_(&list), node_(&node) {}

    static std::optional<SkipEntry> held(List& list, const typename List::Place& place) noexcept {
        if (!place) return std::nullopt;
        place.node().holds.hold();
        return SkipEntry(list, place.node());
    }
    static std::optional<SkipEntry> taken(List& list, Node* node) noexcept {
        if (node == nullptr) return std::nullopt;
        return SkipEntry(list, *node);
    }
    bool move_to(std::optional<SkipEntry> other) noexcept {
        if (!other) return false;
        *this = std::move(*other);
        return true;
    }
    [[nodiscard]] Node& node() const {
        if (node_ == nullptr) [[unlikely]]
            throw std::logic_error("the entry was moved from: it holds nothing");
        return *node_;
    }

    List* list_;
    Node* node_;
};

namespace detail {

/// A handle on an entry that also remembers where it lies: as long as its leaf is the present one, the next entry is
/// the next place in it.
template <class K, class V, class Compare>
class SkipPosition {
  public:
    using List = SkipList<K, V, Compare>;
    using Entry = SkipEntry<K, V, Compare>;
    using Place = typename List::Place;
    using Block = typename List::Block;
    using Leaf = typename List::Leaf;

    SkipPosition() = default;
    SkipPosition(const SkipPosition& other) noexcept
        : entry_(other.entry_), block_(other.block_), leaf_(other.leaf_), index_(other.index_) {
        if (leaf_ != nullptr) hold();
    }
    SkipPosition(SkipPosition&& other) noexcept
        : entry_(std::exchange(other.entry_, std::nullopt)),
          block_(other.block_),
          leaf_(std::exchange(other.leaf_, nullptr)),
          index_(other.index_) {}
    SkipPosition& operator=(SkipPosition other) noexcept {
        std::swap(entry_, other.entry_);
        std::swap(block_, other.block_);
        std::swap(leaf_, other.leaf_);
        std::swap(index_, other.index_);
        return *this;
    }
    ~SkipPosition() { let_go(); }

    [[nodiscard]] const std::optional<Entry>& entry() const noexcept { return entry_; }

    /// Moves to a place found under a Guard; to nowhere if it is none.
    void move_to(List& list, const Place& place) noexcept {
        if (place.leaf != leaf_) {
            let_go();
            block_ = place.block;
            leaf_ = place.leaf;
            if (leaf_ != nullptr) hold();
        }
        index_ = place.index;
        entry_ = Entry::held(list, place);
    }
    /// Where the entry behind this one lies now, and the one before it.
    [[nodiscard]] Place next(const Guard& guard, const List& list) const {
        if (is_current() && index_ + 1 < leaf_->count()) {
            if (index_ + look_ahead < leaf_->count()) __builtin_prefetch(&leaf_->node(index_ + look_ahead).holds);
            return {block_, leaf_, index_ + 1};
        }
        return list.first_from(guard, entry_->key(), false);
    }
    [[nodiscard]] Place prev(const Guard& guard, const List& list) const {
        if (is_current() && index_ > 0) return {block_, leaf_, index_ - 1};
        return list.last_before(guard, entry_->key(), false);
    }

  private:
    static constexpr std::size_t look_ahead = 8;

    /// As long as this leaf has a hold, no other one has its address.
    [[nodiscard]] bool is_current() const noexcept {
        return leaf_ != nullptr && block_->content.load(seq_cst) == leaf_;
    }
    void hold() const noexcept {
        block_->holds.hold();
        leaf_->holds.hold();
    }
    void let_go() noexcept {
        if (leaf_ == nullptr) return;
        Leaf::let_go(*leaf_);
        Block::let_go(*block_);
    }

    std::optional<Entry> entry_;
    Block* block_ = nullptr;
    Leaf* leaf_ = nullptr;
    std::size_t index_ = 0;
};

}  // namespace detail

/// Walks a map or set in the order of keys, both ways, while others write. Each step goes to the entry that is next
/// then: an entry that stays in the map throughout is seen once, and one that comes or goes meanwhile may be seen or
/// not. A step is O(1) within a leaf of some dozens of entries, else O(log n).
template <class K, class V, class Compare>
class SkipIterator {
    using Position = detail::SkipPosition<K, V, Compare>;
    using List = typename Position::List;

  public:
    using iterator_category = std::bidirectional_iterator_tag;
    using iterator_concept = std::bidirectional_iterator_tag;
    using value_type = SkipEntry<K, V, Compare>;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    SkipIterator() = default;
    /// At the end of the list.
    explicit SkipIterator(List& list) noexcept : list_(&list) {}
    SkipIterator(List& list, const detail::Guard&, const typename List::Place& place) noexcept : list_(&list) {
        position_.move_to(list, place);
    }

    reference operator*() const noexcept { return *position_.entry(); }
    pointer operator->() const noexcept { return &*position_.entry(); }
    SkipIterator& operator++() {
        const detail::Guard guard;
        position_.move_to(*list_, position_.next(guard, *list_));
        return *this;
    }
    SkipIterator operator++(int) {
        SkipIterator before = *this;
        ++*this;
        return before;
    }
    /// From the end: to the last entry. At the first entry: to the end.
    SkipIterator& operator--() {
        const detail::Guard guard;
        position_.move_to(*list_, position_.entry() ? position_.prev(guard, *list_) : list_->back(guard));
        return *this;
    }
    SkipIterator operator--(int) {
        SkipIterator before = *this;
        --*this;
        return before;
    }
    [[nodiscard]] friend bool operator==(const SkipIterator& a, const SkipIterator& b) noexcept {
        return a.position_.entry() == b.position_.entry();
    }

  private:
    List* list_ = nullptr;
    Position position_;
};

/// The entries between two bounds, taken from both ends. What comes in between the ends meanwhile is seen, also after
/// an end has answered that there is nothing.
template <class K, class V, class Compare, class Low, class High>
class SkipRange {
    using Position = detail::SkipPosition<K, V, Compare>;
    using List = typename Position::List;
    using Place = typename List::Place;

  public:
    using Entry = SkipEntry<K, V, Compare>;

    /// Entries whose keys are not less than `low` and less than `high`; no bound, no limit on that side.
    SkipRange(List& list, std::optional<Low> low, std::optional<High> high)
        : list_(&list), low_(std::move(low)), high_(std::move(high)) {}

    /// The next entry from the front; none when it meets the back or the upper bound.
    [[nodiscard]] std::optional<Entry> next() {
        const detail::Guard guard;
        const Place place = front_.entry() ? front_.next(guard, *list_)
                            : low_         ? list_->first_from(guard, *low_, true)
                                           : list_->front(guard);
        if (!place || !is_below_the_back(place.node().key)) return std::nullopt;
        front_.move_to(*list_, place);
        return front_.entry();
    }
    /// The next entry from the back; none when it meets the front or the lower bound.
    [[nodiscard]] std::optional<Entry> next_back() {
        const detail::Guard guard;
        const Place place = back_.entry() ? back_.prev(guard, *list_)
                            : high_       ? list_->last_before(guard, *high_, false)
                                          : list_->back(guard);
        if (!place || !is_above_the_front(place.node().key)) return std::nullopt;
        back_.move_to(*list_, place);
        return back_.entry();
    }

    class Walk {
      public:
        using iterator_concept = std::input_iterator_tag;
        using value_type = Entry;
        using difference_type = std::ptrdiff_t;

        Walk() = default;
        explicit Walk(SkipRange& range) : range_(&range), entry_(range.next()) {}
        const Entry& operator*() const noexcept { return *entry_; }
        const Entry* operator->() const noexcept { return &*entry_; }
        Walk& operator++() {
            entry_ = range_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] friend bool operator==(const Walk& walk, std::default_sentinel_t) noexcept {
            return !walk.entry_.has_value();
        }

      private:
        SkipRange* range_ = nullptr;
        std::optional<Entry> entry_;
    };
    /// For a loop over what `next` gives.
    [[nodiscard]] Walk begin() { return Walk(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  private:
    [[nodiscard]] bool is_below_the_back(const K& key) const {
        if (back_.entry()) return list_->compare()(key, back_.entry()->key());
        return !high_ || list_->compare()(key, *high_);
    }
    [[nodiscard]] bool is_above_the_front(const K& key) const {
        if (front_.entry()) return list_->compare()(front_.entry()->key(), key);
        return !low_ || !list_->compare()(key, *low_);
    }

    List* list_;
    std::optional<Low> low_;
    std::optional<High> high_;
    Position front_, back_;
};

}  // namespace grainscope
