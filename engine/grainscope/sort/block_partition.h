// Splitting a range in place by whole vectors, without a branch that depends on an element. The predicate is asked
// about a vector of elements in a loop that the compiler turns into one comparison where the predicate is simple
// enough; a shuffle then sends the elements to both ends of the range (lanes.h). After the partition of Highway's
// vqsort (Blacher, Giesen, Sanders and Wassenberg, "Vectorized and performance-portable Quicksort", 2022), for any
// predicate.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <grainscope/sort/element.h>
#include <grainscope/sort/lanes.h>

namespace grainscope::sorting {

namespace detail {

// The state of one partition. [low, low_unread) and [high_unread, high) are free: what was there lies in the first
// `saved_count` places of the spare room. However the partition ends, the gaps are filled again.
template <class T>
class BlockPartition {
  public:
    BlockPartition(T* first, T* last) : low_(first), low_unread_(first), high_unread_(last), high_(last) {}
    BlockPartition(const BlockPartition&) = delete;
    BlockPartition& operator=(const BlockPartition&) = delete;
    ~BlockPartition() {
        const auto low_gap = static_cast<std::size_t>(low_unread_ - low_);
        std::copy_n(saved(), low_gap, low_);
        std::copy_n(saved() + low_gap, static_cast<std::size_t>(high_ - high_unread_), high_unread_);
    }

    template <class Predicate>
    T* run(const Predicate& belongs_left) {
        if (unread() >= room) {
            // A block from either end makes room for the first whole vectors; from then on the side with less room is
            // read next, so that either side can take a whole block whatever the answers are.
            save_low(block);
            save_high(block);
            while (unread() >= block) {
                if (low_unread_ - low_ <= high_ - high_unread_) {
                    const Masks masks = ask_block(low_unread_, belongs_left);
                    low_unread_ += block;
                    place_block(low_unread_ - block, masks);
                } else {
                    const Masks masks = ask_block(high_unread_ - block, belongs_left);
                    high_unread_ -= block;
                    place_block(high_unread_, masks);
                }
            }
        }
        save_low(unread());
        high_unread_ = low_unread_ = high_;
        place_saved(belongs_left);
        return low_;
    }

  private:
    using Vector = Lanes<T>;
    static constexpr std::size_t lanes = Vector::count;
    static constexpr std::size_t vectors_in_block = 8;
    static constexpr std::size_t block = vectors_in_block * lanes;
    static constexpr std::size_t room = 3 * block;

    // The answers for a block: a byte for each vector, in one register.
    using Masks = std::uint64_t;
    static unsigned nth(Masks masks, std::size_t vector) { return static_cast<std::uint8_t>(masks >> 8 * vector); }

    [[nodiscard]] std::size_t unread() const { return static_cast<std::size_t>(high_unread_ - low_unread_); }
    T* saved() { return reinterpret_cast<T*>(raw_); }

    void save_low(std::size_t count) {
        std::uninitialized_copy_n(low_unread_, count, saved() + saved_count_);
        saved_count_ += count;
        low_unread_ += count;
    }
    void save_high(std::size_t count) {
        high_unread_ -= count;
        std::uninitialized_copy_n(high_unread_, count, saved() + saved_count_);
        saved_count_ += count;
    }

    template <class Predicate>
    static unsigned ask(const T* elements, const Predicate& belongs_left) {
        return ask_lanes<T>([&](std::size_t i) { return belongs_left(elements[i]); });
    }
    template <class Predicate>
    static Masks ask_block(const T* elements, const Predicate& belongs_left) {
        Masks masks = 0;
#pragma GCC unroll 8
        for (std::size_t i = 0; i < vectors_in_block; ++i)
            masks |= Masks{ask(elements + i * lanes, belongs_left)} << 8 * i;
        return masks;
    }

    // The lanes of `mask` to the low end, the others to the high end. Both stores write a whole vector.
    void place(const Vector& vector, unsigned mask) {
        const Vector both = vector.split(mask);
        both.store(low_);
        both.store(high_ - lanes);
        const auto left = static_cast<std::size_t>(std::popcount(mask));
        low_ += left;
        high_ -= lanes - left;
    }

    // Every vector is loaded before the first store: the block's own place is part of the room.
    void place_block(const T* from, Masks masks) {
        alignas(Vector) std::byte raw[vectors_in_block * sizeof(Vector)];
        auto* const vectors = reinterpret_cast<Vector*>(raw);
#pragma GCC unroll 8
        for (std::size_t i = 0; i < vectors_in_block; ++i)
            std::construct_at(vectors + i, Vector::load(from + i * lanes));
#pragma GCC unroll 8
        for (std::size_t i = 0; i < vectors_in_block; ++i) place(vectors[i], nth(masks, i));
    }

    // The gap is one, and as long as what is saved. Every question is asked before the first element is placed.
    template <class Predicate>
    void place_saved(const Predicate& belongs_left) {
        const std::size_t count = saved_count_;
        std::uint8_t masks[room / lanes];
        std::size_t asked = 0;
        for (; asked + lanes <= count; asked += lanes)
            masks[asked / lanes] = static_cast<std::uint8_t>(ask(saved() + asked, belongs_left));
        if (asked < count) {
            unsigned mask = 0;
            for (std::size_t i = 0; asked + i < count; ++i)
                mask |= static_cast<unsigned>(static_cast<bool>(belongs_left(saved()[asked + i]))) << i;
            masks[asked / lanes] = static_cast<std::uint8_t>(mask);
        }

        std::size_t placed = 0;
        // Two whole vectors do not overlap in a gap that holds two.
        for (; placed + 2 * lanes <= count; placed += lanes)
            place(Vector::load(saved() + placed), masks[placed / lanes]);
        for (; placed < count; ++placed) {
            const bool left = (masks[placed / lanes] >> placed % lanes & 1) != 0;
            *low_ = high_[-1] = saved()[placed];
            low_ += left;
            high_ -= !left;
        }
        low_unread_ = low_;
        high_unread_ = high_;
    }

    T* low_;
    T* low_unread_;
    T* high_unread_;
    T* high_;
    std::size_t saved_count_ = 0;
    alignas(64) std::byte raw_[room * sizeof(T)];
};

}  // namespace detail

/// Whether whole vectors are at hand for T; else partition_blocks would be right, but slower than other ways.
template <class T>
inline constexpr bool partitions_by_vectors = copies_freely<T> && (Lanes<T>::count > 1);

/// Reorders [first, last) so that the elements for which belongs_left holds come first, and returns where the others
/// begin. Asks once an element; each is there exactly once even if the predicate throws.
template <class T, class Predicate>
requires copies_freely<T>
[[gnu::noinline]] T* partition_blocks(T* first, T* last, Predicate belongs_left) {
    return detail::BlockPartition<T>(first, last).run(belongs_left);
}

}  // namespace grainscope::sorting
