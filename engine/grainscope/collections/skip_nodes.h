// What a skip map is made of: entries that stay where they are, leaves that never change, and blocks that swap leaves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/collections/epoch.h>
#include <grainscope/platform/atomic.h>

namespace grainscope::detail {

/// Counts who holds an object besides the map, whose own hold is the first one and ends after every reader's Guard.
class HoldCount {
  public:
    explicit HoldCount(std::uint32_t holds) noexcept : holds_(holds) {}
    /// By who holds it, or has found it in the map under a Guard.
    void hold() noexcept { holds_.fetch_add(1, relaxed); }  // the caller's way to the object orders it
    /// Whether that was the last one.
    [[nodiscard]] bool let_go() noexcept {
        if (holds_.load(acquire) == 1) return true;  // pairs with the next line; no other thread has a hold to copy
        return holds_.fetch_sub(1, acq_rel) == 1;    // all uses come before the object's end
    }

  private:
    Atomic<std::uint32_t> holds_;
};

/// An entry: a key and a value, at one address from insertion to the last handle's end.
template <class K, class V>
struct SkipNode : Retired {
    template <class KeyArgument, class ValueArgument>
    SkipNode(KeyArgument&& k, ValueArgument&& v)
        : Retired(&release_retired), key(std::forward<KeyArgument>(k)), value(std::forward<ValueArgument>(v)) {}

    /// Ends a hold, and the entry with the last.
    static void let_go(SkipNode& node) noexcept {
        if (node.holds.let_go()) destroy(&node);
    }
    /// What a destructor throws is swallowed: nobody is left to be told.
    static void destroy(SkipNode* node) noexcept {
        try {
            delete node;
        } catch (...) {
        }
    }
    static void release_retired(Retired& object) noexcept { let_go(static_cast<SkipNode&>(object)); }

    HoldCount holds{2};  ///< the map's, and that of the handle that the insertion returns
    Atomic<bool> removed{false};
    K key;
    [[no_unique_address]] V value;
};

/// For an entry that is not in the map yet.
template <class Node>
struct FreeNode {
    void operator()(Node* node) const noexcept { Node::destroy(node); }
};

/// Whether leaves keep copies of the keys side by side, so that a search stays within a few cache lines.
template <class K>
inline constexpr bool keys_lie_in_leaves = std::is_trivially_copyable_v<K> && sizeof(K) <= 16;

template <class K, class V>
struct SkipBlock;

/// The entries of a block in ascending order, and the block after it. Never changes once it is published.
template <class K, class V>
class SkipLeaf : public Retired {
  public:
    using Node = SkipNode<K, V>;
    using Block = SkipBlock<K, V>;

    static constexpr std::size_t most_entries = 56;  ///< with numbers as keys, a leaf fits malloc's thread caches

    struct Free {
        void operator()(SkipLeaf* leaf) const noexcept { destroy(*leaf); }
    };
    using Owner = std::unique_ptr<SkipLeaf, Free>;

    /// An empty leaf with room for `entries`.
    [[nodiscard]] static Owner make(std::size_t entries, Block* next, bool dead = false) {
        const std::size_t capacity = (entries + 7) / 8 * 8;  // few sizes, so that freed memory fits again
        void* const memory = ::operator new(keys_at + capacity * (key_bytes + sizeof(Node*)), alignment);
        return Owner(new (memory) SkipLeaf(capacity, next, dead));
    }
    static void let_go(SkipLeaf& leaf) noexcept {
        if (leaf.holds.let_go()) destroy(leaf);
    }

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] Block* next() const noexcept { return next_; }
    /// Its block takes no entries any more and is leaving the list; `next` is for who takes its place over.
    [[nodiscard]] bool is_dead() const noexcept { return dead_; }
    [[nodiscard]] const K& key(std::size_t i) const noexcept {
        if constexpr (keys_lie_in_leaves<K>) {
            return keys()[i];
        } else {
            return nodes()[i]->key;
        }
    }
    [[nodiscard]] Node& node(std::size_t i) const noexcept { return *nodes()[i]; }

    /// For whoever builds it.
    void append(Node& node) noexcept {
        if constexpr (keys_lie_in_leaves<K>) new (keys() + count_) K(node.key);
        nodes()[count_++] = &node;
    }
    void append(const SkipLeaf& from, std::size_t begin, std::size_t end) noexcept {
        if constexpr (keys_lie_in_leaves<K>) {
            std::uninitialized_copy(from.keys() + begin, from.keys() + end, keys() + count_);
        }
        std::uninitialized_copy(from.nodes() + begin, from.nodes() + end, nodes() + count_);
        count_ += static_cast<std::uint32_t>(end - begin);
    }

    /// Asks for the memory that a search will want, all lines at once.
    void prefetch() const noexcept {
        const char* const begin = reinterpret_cast<const char*>(this);
        constexpr std::size_t bytes = keys_at + most_entries * (keys_lie_in_leaves<K> ? sizeof(K) : sizeof(Node*));
        for (std::size_t at = 0; at < bytes; at += 64) __builtin_prefetch(begin + at);
    }

    HoldCount holds{1};

  private:
    static constexpr std::size_t key_bytes = keys_lie_in_leaves<K> ? sizeof(K) : 0;
    static constexpr std::size_t keys_at = 64;
    static constexpr std::align_val_t alignment{alignof(K) > 16 && keys_lie_in_leaves<K> ? alignof(K) : 16};

    SkipLeaf(std::size_t capacity, Block* next, bool dead) noexcept
        : Retired([](Retired& object) noexcept { let_go(static_cast<SkipLeaf&>(object)); }),
          next_(next),
          capacity_(static_cast<std::uint32_t>(capacity)),
          dead_(dead) {
        static_assert(sizeof(SkipLeaf) <= keys_at);
    }
    static void destroy(SkipLeaf& leaf) noexcept {
        leaf.~SkipLeaf();
        ::operator delete(static_cast<void*>(&leaf), alignment);
    }

    [[nodiscard]] K* keys() const noexcept {
        return reinterpret_cast<K*>(reinterpret_cast<char*>(const_cast<SkipLeaf*>(this)) + keys_at);
    }
    [[nodiscard]] Node** nodes() const noexcept {
        return reinterpret_cast<Node**>(reinterpret_cast<char*>(const_cast<SkipLeaf*>(this)) + keys_at +
                                        capacity_ * key_bytes);
    }

    Block* next_;
    std::uint32_t count_ = 0;
    std::uint32_t capacity_;
    bool dead_;
};

/// The smallest key that may lie in a block: a copy, or where keys cannot be copied, a hold on the entry that has it.
template <class K, class V>
class SkipFence {
  public:
    using Node = SkipNode<K, V>;
    explicit SkipFence(Node& node) : key_(keep(node)) {}
    SkipFence(const SkipFence&) = delete;
    SkipFence& operator=(const SkipFence&) = delete;
    ~SkipFence() {
        if constexpr (!copies) Node::let_go(*key_);
    }
    [[nodiscard]] const K& key() const noexcept {
        if constexpr (copies) {
            return key_;
        } else {
            return key_->key;
        }
    }

  private:
    static constexpr bool copies = std::is_copy_constructible_v<K>;
    using Kept = std::conditional_t<copies, K, Node*>;
    static auto keep(Node& node) -> std::conditional_t<copies, const K&, Node*> {
        if constexpr (copies) {
            return node.key;
        } else {
            node.holds.hold();
            return &node;
        }
    }
    Kept key_;
};

/// A node of the skip list: a piece of the keys' order, from its fence to that of the next block, whose entries are a
/// leaf that writers exchange. Its tower, like every skip list's, reaches into the levels above the list of all blocks.
template <class K, class V>
struct SkipBlock : Retired {
    using Leaf = SkipLeaf<K, V>;
    using Link = Atomic<std::uintptr_t>;  ///< a block, and in its lowest bit whether the one that has the link is dead

    static constexpr unsigned most_levels = 16;

    explicit SkipBlock(unsigned levels)
        : Retired(&release_retired),
          height(levels),
          far(levels > near_levels + 1 ? std::make_unique<Link[]>(levels - near_levels - 1) : nullptr) {}
    ~SkipBlock() {
        if (Leaf* const leaf = content.load(relaxed)) Leaf::let_go(*leaf);  // nobody else is left
    }

    /// The link of this block in a level above the lowest, 1 to height - 1.
    [[nodiscard]] Link& link(unsigned level) noexcept {
        return level <= near_levels ? near[level - 1] : far[level - 1 - near_levels];
    }
    static void let_go(SkipBlock& block) noexcept {
        if (block.holds.let_go()) delete &block;
    }
    static void release_retired(Retired& object) noexcept { let_go(static_cast<SkipBlock&>(object)); }

    HoldCount holds{1};
    /// In how many lists it stands, and one for who builds its tower. With the last it is retired.
    Atomic<std::uint32_t> places{1};

    static constexpr unsigned near_levels = 4;
    alignas(64) std::optional<SkipFence<K, V>> fence;  ///< none in the head alone. What a search reads starts here
    Atomic<Leaf*> content{nullptr};
    unsigned height;
    std::array<Link, near_levels> near{};
    std::unique_ptr<Link[]> far;
};

/// A copy of the fences of all blocks, as they were some time ago, side by side: a search that begins here touches a
/// fraction of the memory that the levels take. Only a hint, it may name dead blocks and lack new ones.
template <class K, class V>
struct SkipIndex : Retired {
    using Block = SkipBlock<K, V>;

    SkipIndex() noexcept : Retired([](Retired& object) noexcept { delete static_cast<SkipIndex*>(&object); }) {}
    SkipIndex(const SkipIndex&) = delete;
    SkipIndex& operator=(const SkipIndex&) = delete;
    ~SkipIndex() {
        while (!blocks.empty()) pop_back();
    }
    void push_back(Block& block) {
        fences.push_back(block.fence->key());
        blocks.push_back(&block);
        block.holds.hold();  // dead ones stay as long as they are named here
    }
    void pop_back() noexcept {
        fences.pop_back();
        Block::let_go(*blocks.back());
        blocks.pop_back();
    }

    std::vector<K> fences;
    std::vector<Block*> blocks;
};

/// How many lists a new block will stand in: two, so that a search need not look at leaves on its way, and each one
/// more with probability 1/4.
[[nodiscard]] unsigned random_skip_height(unsigned most) noexcept;

}  // namespace grainscope::detail
