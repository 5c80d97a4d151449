// The skip list of blocks behind SkipMap and SkipSet: searches, the exchange of leaves, splits and the end of blocks.
//
// The levels above the lowest are Fraser's skip list (2004) with marked links; the lowest list and what its blocks hold
// are one immutable leaf a block, exchanged whole. README.md has the protocol and its argument.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <grainscope/collections/epoch.h>
#include <grainscope/collections/skip_nodes.h>
#include <grainscope/platform/atomic.h>

namespace grainscope::detail {

template <class K, class V, class Compare>
class SkipList {
  public:
    using Node = SkipNode<K, V>;
    using Leaf = SkipLeaf<K, V>;
    using Block = SkipBlock<K, V>;
    using NodeOwner = std::unique_ptr<Node, FreeNode<Node>>;

    /// Where an entry was found; good as long as the Guard under which it was.
    struct Place {
        Block* block = nullptr;
        Leaf* leaf = nullptr;
        std::size_t index = 0;
        [[nodiscard]] explicit operator bool() const noexcept { return leaf != nullptr; }
        [[nodiscard]] Node& node() const noexcept { return leaf->node(index); }
    };

    explicit SkipList(const Compare& compare) : compare_(compare), head_(new Block(Block::most_levels)) {
        std::unique_ptr<Block> kept(head_);
        head_->content.store(Leaf::make(0, nullptr).release(), relaxed);  // nobody else knows the list
        kept.release();
    }
    SkipList(const SkipList&) = delete;
    SkipList& operator=(const SkipList&) = delete;
    ~SkipList() {
        delete index_.load(relaxed);  // this and all below: nobody else is left
        for (unsigned level = Block::most_levels - 1; level >= 1; --level) {
            Block* block = block_of(head_->link(level).load(relaxed));
            while (block != nullptr) leave(*std::exchange(block, block_of(block->link(level).load(relaxed))));
        }
        for (Block* block = head_; block != nullptr;) {
            Leaf& leaf = *block->content.load(relaxed);
            for (std::size_t i = 0; i < leaf.count(); ++i) {
                leaf.node(i).removed.store(true, relaxed);
                Node::let_go(leaf.node(i));
            }
            leave(*std::exchange(block, leaf.next()));
        }
    }

    [[nodiscard]] const Compare& compare() const noexcept { return compare_; }

    // -- finding ----------------------------------------------------------------------------------------------------

    template <class Q>
    [[nodiscard]] Place find(const Guard& guard, const Q& key) const {
        const auto [block, leaf] = locate(guard, [&](const K& fence) { return !compare_(key, fence); });
        const std::size_t i = lower_index(*leaf, key);
        if (i < leaf->count() && !compare_(key, leaf->key(i))) return {block, leaf, i};
        return {};
    }
    /// The first entry whose key is not less than `key`; if `equal` is false, greater than it.
    template <class Q>
    [[nodiscard]] Place first_from(const Guard& guard, const Q& key, bool equal) const {
        for (;;) {
            const auto [block, leaf] = locate(guard, [&](const K& fence) { return !compare_(key, fence); });
            const std::size_t i = equal ? lower_index(*leaf, key) : upper_index(*leaf, key);
            if (i < leaf->count()) return {block, leaf, i};
            Place place;
            if (first_after(guard, *block, *leaf, place)) return place;
        }
    }
    /// The last entry whose key is less than `key`; if `equal` is true, not greater than it.
    template <class Q>
    [[nodiscard]] Place last_before(const Guard& guard, const Q& key, bool equal) const {
        for (;;) {
            const auto [block, leaf] =
                locate(guard, [&](const K& fence) { return equal ? !compare_(key, fence) : compare_(fence, key); });
            const std::size_t i = equal ? upper_index(*leaf, key) : lower_index(*leaf, key);
            if (i > 0) return {block, leaf, i - 1};
            Place place;
            if (last_ahead_of(guard, *block, *leaf, place)) return place;
        }
    }
    [[nodiscard]] Place front(const Guard& guard) const {
        for (;;) {
            Leaf* const leaf = guard.protect(head_->content);  // the head never dies
            if (leaf->count() > 0) return {head_, leaf, 0};
            Place place;
            if (first_after(guard, *head_, *leaf, place)) return place;
        }
    }
    [[nodiscard]] Place back(const Guard& guard) const {
        const auto [block, leaf] = locate(guard, [](const K&) { return true; });
        if (leaf->count() > 0) return {block, leaf, leaf->count() - 1};
        return {};  // a block without entries is the head, and nothing stood behind it
    }

    // -- changing ---------------------------------------------------------------------------------------------------

    /// Puts the entry in. Where its key is present, `replaces(old value)` decides which of the two stays. Returns the
    /// one that is in the map, with a hold for the caller.
    template <class Replaces>
    Node& put(NodeOwner fresh, Replaces&& replaces) {
        const Guard guard;
        const K& key = fresh->key;
        for (;;) {
            const auto [block, leaf] = locate(guard, [&](const K& fence) { return !compare_(key, fence); });
            const std::size_t i = lower_index(*leaf, key);
            if (i < leaf->count() && !compare_(key, leaf->key(i))) {
                Node& old = leaf->node(i);
                if (!replaces(std::as_const(old.value))) {
                    old.holds.hold();
                    return old;
                }
                auto changed = with_entry(*leaf, i, *fresh, 1);
                if (!exchange(guard, *block, *leaf, std::move(changed))) continue;
                was_removed(guard, old);
                return *fresh.release();
            }
            if (leaf->count() < Leaf::most_entries) {
                auto changed = with_entry(*leaf, i, *fresh, 0);
                if (!exchange(guard, *block, *leaf, std::move(changed))) continue;
            } else if (!split(guard, *block, *leaf, i, *fresh)) {
                continue;
            }
            shard(guard).length.fetch_add(1, relaxed);  // a number by itself
            return *fresh.release();
        }
    }
    /// Removes the entry with this key, or null. `only`: unless it is another one. With a hold for the caller.
    template <class Q>
    Node* take(const Q& key, const Node* only = nullptr) {
        const Guard guard;
        for (;;) {
            const Place place = find(guard, key);
            if (!place || (only != nullptr && &place.node() != only)) return nullptr;
            if (Node* const taken = take_at(guard, place)) return taken;
        }
    }
    Node* take_front() {
        const Guard guard;
        for (;;) {
            const Place place = front(guard);
            if (!place) return nullptr;
            if (Node* const taken = take_at(guard, place)) return taken;
        }
    }
    Node* take_back() {
        const Guard guard;
        for (;;) {
            const Place place = back(guard);
            if (!place) return nullptr;
            if (Node* const taken = take_at(guard, place)) return taken;
        }
    }
    /// Removes block by block what is there.
    void clear() {
        for (;;) {
            const Guard guard;
            const Place place = front(guard);
            if (!place) return;
            const Leaf& leaf = *place.leaf;
            const bool dies = place.block != head_;
            if (!exchange(guard, *place.block, *place.leaf, Leaf::make(0, leaf.next(), dies))) continue;
            for (std::size_t i = 0; i < leaf.count(); ++i) was_removed(guard, leaf.node(i));
            shard(guard).length.fetch_sub(static_cast<std::int64_t>(leaf.count()), relaxed);  // a number by itself
            if (dies) finish_block(guard, *place.block);
        }
    }

    /// Exact where nobody changes the map meanwhile.
    [[nodiscard]] std::size_t length() const noexcept {
        std::int64_t sum = 0;
        for (const Shard& each : shards_) sum += each.length.load(relaxed);  // numbers by themselves
        return sum < 0 ? 0 : static_cast<std::size_t>(sum);
    }
    /// How many entries, leaves and blocks wait to be freed.
    [[nodiscard]] std::size_t garbage() const noexcept {
        std::size_t sum = 0;
        for (const Shard& each : shards_) sum += each.retired.waiting();
        return sum;
    }

  private:
    using Link = typename Block::Link;
    struct Spot {
        Block* block;
        Leaf* leaf;
    };
    /// Threads with different numbers do not disturb each other here.
    struct Shard {
        RetireList retired;
        Atomic<std::int64_t> length{0};
    };
    static constexpr std::size_t shard_count = 8;
    using Index = SkipIndex<K, V>;
    static constexpr std::size_t fewest_changes = 64;

    static Block* block_of(std::uintptr_t link) noexcept { return reinterpret_cast<Block*>(link & ~std::uintptr_t{1}); }
    static bool is_marked(std::uintptr_t link) noexcept { return (link & 1) != 0; }
    static std::uintptr_t link_to(const Block* block) noexcept { return reinterpret_cast<std::uintptr_t>(block); }

    [[nodiscard]] Shard& shard(const Guard& guard) const noexcept {
        return shards_[guard.reader().number % shard_count];
    }
    void retire(const Guard& guard, Retired& object) const noexcept { shard(guard).retired.retire(object, guard); }

    // -- searching --------------------------------------------------------------------------------------------------

    template <class Q>
    [[nodiscard]] std::size_t lower_index(const Leaf& leaf, const Q& key) const {
        return partition_index(leaf, [&](const K& each) { return bool(compare_(each, key)); });
    }
    template <class Q>
    [[nodiscard]] std::size_t upper_index(const Leaf& leaf, const Q& key) const {
        return partition_index(leaf, [&](const K& each) { return !compare_(key, each); });
    }
    template <class LiesBefore>
    [[nodiscard]] static std::size_t partition_index(const Leaf& leaf, LiesBefore lies_before) {
        return partition_index(
            leaf.count(), [&](std::size_t i) -> const K& { return leaf.key(i); }, lies_before);
    }
    /// How many of the keys, from the first on, `lie_before`; without branches where the comparison has none.
    template <class KeyAt, class LieBefore>
    [[nodiscard]] static std::size_t partition_index(std::size_t count, KeyAt key_at, LieBefore& lie_before) {
        std::size_t begin = 0;
        while (count > 1) {
            const std::size_t half = count / 2;
            begin += lie_before(key_at(begin + half - 1)) ? half : 0;
            count -= half;
        }
        return begin + (count == 1 && lie_before(key_at(begin)) ? 1 : 0);
    }

    /// Moves `before` on in one level, as long as `reaches` says that the key lies at or behind a fence; `after` is the
    /// link there. Takes dead blocks out of the level. False: what `before` was is dead, begin again at the top.
    template <class Reaches>
    bool walk(const Guard& guard, unsigned level, Block*& before, std::uintptr_t& after, Reaches& reaches) const {
        after = guard.protect(before->link(level));
        if (is_marked(after)) return false;
        while (Block* const block = block_of(after)) {
            if (!reaches(block->fence->key())) break;
            const std::uintptr_t beyond = guard.protect(block->link(level));
            if (is_marked(beyond)) {
                std::uintptr_t expected = after;
                if (!before->link(level).compare_exchange_strong(expected, beyond & ~std::uintptr_t{1}, seq_cst)) {
                    return false;
                }
                leave(guard, *block);
                // Again from the link: what a dead block points to may be gone as soon as it is itself.
                after = guard.protect(before->link(level));
                if (is_marked(after)) return false;
                continue;
            }
            before = block;
            after = beyond;
        }
        return true;
    }
    /// The last block with a tower above the lowest level whose fence the key reaches, or the head.
    template <class Reaches>
    Block* descend(const Guard& guard, Reaches& reaches) const {
        if constexpr (keys_lie_in_leaves<K>) {
            if (Block* const block = descend_from_index(guard, reaches)) return block;
        }
        for (;;) {
            Block* block = head_;
            std::uintptr_t after = 0;
            bool whole = true;
            for (unsigned level = levels_.load(acquire) - 1; whole && level >= 1; --level) {  // pairs with build_tower
                whole = walk(guard, level, block, after, reaches);
            }
            if (whole) return block;
        }
    }
    /// The same by the index; null where there is none, or where it names a dead block.
    template <class Reaches>
    Block* descend_from_index(const Guard& guard, Reaches& reaches) const {
        const Index* const index = guard.protect(index_);
        if (index == nullptr) return nullptr;
        const std::size_t i = partition_index(
            index->fences.size(), [&](std::size_t at) -> const K& { return index->fences[at]; }, reaches);
        Block* block = i == 0 ? head_ : index->blocks[i - 1];
        std::uintptr_t after = 0;
        return walk(guard, 1, block, after, reaches) ? block : nullptr;
    }
    /// The live block in whose range the key lies, with its leaf at that moment.
    template <class Reaches>
    Spot locate(const Guard& guard, Reaches reaches) const {
        for (;;) {
            Block* block = descend(guard, reaches);
            Leaf* leaf = guard.protect(block->content);
            while (!leaf->is_dead()) {
                leaf->prefetch();
                Block* const next = leaf->next();
                if (next == nullptr || !reaches(next->fence->key())) return {block, leaf};
                Leaf* const next_leaf = guard.protect(next->content);
                if (next_leaf->is_dead()) {
                    take_over(guard, *block, *leaf, *next, *next_leaf);
                    leaf = guard.protect(block->content);
                } else {
                    block = next;
                    leaf = next_leaf;
                }
            }
            mark_tower(*block);
        }
    }
    /// The first entry of the blocks after this one, which had this leaf. False: it has another one now.
    bool first_after(const Guard& guard, Block& block, Leaf& leaf, Place& place) const {
        Block* const next = leaf.next();
        if (next == nullptr) return true;
        Leaf* const next_leaf = guard.protect(next->content);
        if (next_leaf->is_dead()) {
            take_over(guard, block, leaf, *next, *next_leaf);
            return false;
        }
        // Both leaves were there at the moment of the second protect if the first one still is.
        if (block.content.load(seq_cst) != &leaf) return false;
        place = {next, next_leaf, 0};
        return true;
    }
    /// The last entry of the blocks before this one, which had this leaf. False: that has changed.
    bool last_ahead_of(const Guard& guard, Block& block, Leaf& leaf, Place& place) const {
        if (&block == head_) return true;
        const K& fence = block.fence->key();
        const auto [ahead, ahead_leaf] = locate(guard, [&](const K& other) { return bool(compare_(other, fence)); });
        if (ahead_leaf->next() != &block || block.content.load(seq_cst) != &leaf) return false;  // as in first_after
        if (ahead_leaf->count() > 0) place = {ahead, ahead_leaf, ahead_leaf->count() - 1};
        return true;
    }

    // -- exchanging leaves ------------------------------------------------------------------------------------------

    /// A copy with the entry at position i, in the place of `instead` others.
    static typename Leaf::Owner with_entry(const Leaf& leaf, std::size_t i, Node& node, std::size_t instead) {
        auto changed = Leaf::make(leaf.count() + 1 - instead, leaf.next());
        changed->append(leaf, 0, i);
        changed->append(node);
        changed->append(leaf, i + instead, leaf.count());
        return changed;
    }
    /// The moment at which a change happens, or does not.
    bool exchange(const Guard& guard, Block& block, Leaf& leaf, typename Leaf::Owner changed) const noexcept {
        Leaf* expected = &leaf;
        if (!block.content.compare_exchange_strong(expected, changed.get(), seq_cst)) return false;
        changed.release();
        retire(guard, leaf);
        return true;
    }
    void was_removed(const Guard& guard, Node& node) const noexcept {
        node.removed.store(true, release);  // pairs with the load in Entry::is_removed
        retire(guard, node);
    }
    Node* take_at(const Guard& guard, const Place& place) {
        const Leaf& leaf = *place.leaf;
        const bool dies = leaf.count() == 1 && place.block != head_;
        auto changed = Leaf::make(leaf.count() - 1, leaf.next(), dies);
        changed->append(leaf, 0, place.index);
        changed->append(leaf, place.index + 1, leaf.count());
        Node& node = place.node();
        if (!exchange(guard, *place.block, *place.leaf, std::move(changed))) return nullptr;
        node.holds.hold();
        was_removed(guard, node);
        shard(guard).length.fetch_sub(1, relaxed);  // a number by itself
        if (dies) finish_block(guard, *place.block);
        return &node;
    }

    // -- blocks come and go -----------------------------------------------------------------------------------------

    /// Puts an entry at position i of a full leaf, whose upper half moves to a new block.
    bool split(const Guard& guard, Block& block, Leaf& leaf, std::size_t i, Node& node) {
        const std::size_t count = leaf.count();
        // Keys that come in ascending order leave full blocks behind them.
        const std::size_t middle = i == count && leaf.next() == nullptr ? count : count / 2;
        auto fresh = std::make_unique<Block>(random_skip_height(Block::most_levels));
        auto upper = Leaf::make(count + 1 - middle, leaf.next());
        append_with(*upper, leaf, middle, count, i, node, i >= middle);
        fresh->fence.emplace(upper->node(0));
        fresh->content.store(upper.release(), relaxed);  // published by the exchange
        fresh->places.store(2, relaxed);                 // as above
        auto lower = Leaf::make(middle + 1, fresh.get());
        append_with(*lower, leaf, 0, middle, i, node, i < middle);
        if (!exchange(guard, block, leaf, std::move(lower))) return false;
        Block& published = *fresh.release();
        build_tower(guard, published);
        note_change(guard);
        return true;
    }
    static void append_with(Leaf& to, const Leaf& from, std::size_t begin, std::size_t end, std::size_t i, Node& node,
                            bool contains) noexcept {
        if (!contains) return to.append(from, begin, end);
        to.append(from, begin, i);
        to.append(node);
        to.append(from, i, end);
    }

    /// Links a new block into the levels above the lowest. If the comparison throws, the tower stays lower.
    void build_tower(const Guard& guard, Block& fresh) const noexcept {
        unsigned levels = levels_.load(relaxed);
        // Before any link, so that who takes dead blocks out looks at all levels; release pairs with descend.
        while (levels < fresh.height && !levels_.compare_exchange_weak(levels, fresh.height, seq_cst)) {
        }
        try {
            for (unsigned level = 1; level < fresh.height; ++level) {
                if (!link_level(guard, fresh, level)) break;
            }
        } catch (...) {
        }
        leave(guard, fresh);
    }
    /// False: the block is dead already.
    bool link_level(const Guard& guard, Block& fresh, unsigned level) const {
        auto reaches = [&](const K& fence) { return !compare_(fresh.fence->key(), fence); };
        for (;;) {
            Block* before = nullptr;
            std::uintptr_t after = 0;
            find_in_level(guard, level, before, after, reaches);
            std::uintptr_t own = fresh.link(level).load(seq_cst);
            if (is_marked(own)) return false;
            if (own != after && !fresh.link(level).compare_exchange_strong(own, after, seq_cst)) return false;
            fresh.places.fetch_add(1, relaxed);  // the builder's own place keeps it from falling to 0
            if (before->link(level).compare_exchange_strong(after, link_to(&fresh), seq_cst)) break;
            fresh.places.fetch_sub(1, relaxed);  // as above
        }
        if (!is_marked(fresh.link(level).load(seq_cst))) return true;
        unlink_tower(guard, fresh);  // who marked it may have looked here before it was linked
        return false;
    }
    template <class Reaches>
    void find_in_level(const Guard& guard, unsigned wanted, Block*& before, std::uintptr_t& after,
                       Reaches& reaches) const {
        for (bool whole = false; !whole;) {
            before = head_;
            whole = true;
            for (unsigned level = levels_.load(acquire) - 1; whole && level >= wanted; --level) {  // as in descend
                whole = walk(guard, level, before, after, reaches);
            }
        }
    }

    /// After the last entry of a block is gone and its leaf is a dead one. If the comparison throws, the block stays
    /// where it is, dead, until someone comes by.
    void finish_block(const Guard& guard, Block& block) const noexcept {
        mark_tower(block);
        try {
            unlink_tower(guard, block);
            (void)locate(guard, [&](const K& fence) { return !compare_(block.fence->key(), fence); });
        } catch (...) {
        }
        note_change(guard);
    }
    /// Counts blocks that come and go, and makes a new index for every quarter of them. One thread does; nobody waits.
    void note_change(const Guard& guard) const noexcept {
        if constexpr (keys_lie_in_leaves<K>) {
            if (changes_.fetch_add(1, relaxed) + 1 < changes_wanted_.load(relaxed)) return;  // numbers by themselves
            if (indexing_.exchange(true, acquire)) return;  // pairs with the release below
            try {
                make_index(guard);
            } catch (...) {  // the old one stays
            }
            changes_.store(0, relaxed);
            indexing_.store(false, release);  // pairs with the exchange above
        }
    }
    void make_index(const Guard& guard) const {
        auto fresh = std::make_unique<Index>();
        Block* block = head_;
        for (;;) {
            const std::uintptr_t after = guard.protect(block->link(1));
            if (is_marked(after)) {
                unlink_tower(guard, *block);
                fresh->pop_back();
                block = fresh->blocks.empty() ? head_ : fresh->blocks.back();
            } else if (after == 0) {
                break;
            } else {
                block = block_of(after);
                fresh->push_back(*block);
            }
        }
        changes_wanted_.store(fresh->blocks.size() / 4 + fewest_changes, relaxed);  // a number by itself
        if (Index* const old = index_.exchange(fresh.release(), seq_cst)) retire(guard, *old);
    }
    /// From the top, so that who finds a mark finds it in all levels above, too.
    static void mark_tower(Block& block) noexcept {
        for (unsigned level = block.height - 1; level >= 1; --level) block.link(level).fetch_or(1, seq_cst);
    }
    /// Takes all dead blocks with this fence out of the levels above the lowest: there may be others before it.
    void unlink_tower(const Guard& guard, Block& block) const {
        auto lies_behind = [&](const K& fence) { return bool(compare_(fence, block.fence->key())); };
        auto reaches = [&](const K& fence) { return !compare_(block.fence->key(), fence); };
        for (unsigned level = block.height - 1; level >= 1;) {
            Block* before = nullptr;
            std::uintptr_t after = 0;
            find_in_level(guard, level, before, after, lies_behind);
            if (walk(guard, level, before, after, reaches)) --level;
        }
    }
    /// Puts a dead block's range into that of the block before it, in the lowest list.
    void take_over(const Guard& guard, Block& block, Leaf& leaf, Block& dead, const Leaf& dead_leaf) const {
        auto wider = Leaf::make(leaf.count(), dead_leaf.next());
        wider->append(leaf, 0, leaf.count());
        if (exchange(guard, block, leaf, std::move(wider))) leave(guard, dead);
    }
    /// The block stands in one list less.
    void leave(const Guard& guard, Block& block) const noexcept {
        if (block.places.fetch_sub(1, acq_rel) == 1) retire(guard, block);  // all unlinking comes before
    }
    static void leave(Block& block) noexcept {
        if (block.places.fetch_sub(1, relaxed) == 1) Block::let_go(block);  // in the destructor: nobody else is left
    }

    [[no_unique_address]] Compare compare_;
    Block* const head_;
    mutable Atomic<unsigned> levels_{2};  ///< the lowest list counts as one
    mutable Atomic<Index*> index_{nullptr};
    alignas(cache_line) mutable Atomic<std::size_t> changes_{0};
    mutable Atomic<std::size_t> changes_wanted_{fewest_changes};
    mutable Atomic<bool> indexing_{false};
    mutable std::array<Shard, shard_count> shards_;
};

}  // namespace grainscope::detail
