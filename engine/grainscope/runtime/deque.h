// The work-stealing deque: one owner pushes and pops at the bottom, any thread steals at the top.
//
// Chase, Lev: "Dynamic Circular Work-Stealing Deque" (SPAA 2005), with the memory orders of Lê, Pop, Cohen, Zappa
// Nardelli: "Correct and Efficient Work-Stealing for Weak Memory Models" (PPoPP 2013), and its store-load fence in
// `pop` made asymmetric: the owner pays a compiler barrier, the thief a membarrier. README.md has the argument.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/fence.h>

namespace grainscope::detail {

class Job;

/// How an owner's operation keeps its store ahead of its next load.
enum class Ordering {
    light,    ///< by light_fence: only where fences_are_asymmetric(), which has_room() has made sure of
    checked,  ///< by light_fence or by sequentially consistent operations, whichever this machine needs
};

class Deque {
  public:
    /// A position; grows for ever and never repeats.
    using Index = std::int64_t;

    Deque() {
        install(std::make_unique<Array>(initial_capacity));
        set_limit();
    }

    // -- the owner's side -------------------------------------------------------------------------------------------

    /// Whether the fast path is open: there is room, fences are asymmetric, and the owner has not asked to be stopped
    /// here (close_fast_path). One comparison serves all three.
    [[nodiscard]] bool fast_path_is_open_at(Index bottom) const noexcept { return bottom < limit_; }

    /// Makes sure of room for one push: looks again at how far thieves have come, and doubles the array if that does
    /// not help. Amortised O(1).
    void make_room() {
        const Index bottom = bottom_.load(relaxed);
        const Index top =
            top_.load(acquire);  // pairs with the thief's compare-and-swap: it has read the slots below `top`
        if (bottom - top > mask_) grow(top, bottom);
        set_limit();
    }

    /// While closed, fast_path_is_open_at answers false always.
    void close_fast_path(bool closed) noexcept {
        fast_path_closed_ = closed;
        set_limit();
    }

    /// Puts a job at `bottom`, which must be bottom(). Requires an open fast path, or make_room before.
    template <Ordering ordering>
    void push_at(Index bottom, Job& job) noexcept {
        slots_[bottom & mask_].store(&job, relaxed);  // published by the release below
        store_bottom<ordering>(bottom + 1);           // release: pairs with the acquire in steal
    }

    /// Takes the job at `index` back if it is the bottommost one and others lie above it, where no thief can be near.
    template <Ordering ordering>
    [[nodiscard]] bool pop_exactly(Index index) noexcept {
        if (bottom_.load(relaxed) != index + 1) [[unlikely]]
            return false;
        store_bottom<ordering>(index);
        if (load_top_after_store<ordering>() < index) [[likely]]
            return true;
        bottom_.store(index + 1, release);  // as it was: pop_contested decides
        return false;
    }

    /// The same for the job that thieves would take next, or have taken.
    [[nodiscard]] bool pop_contested(Index index) noexcept {
        if (bottom_.load(relaxed) != index + 1) return false;
        return pop_exactly<Ordering::checked>(index) || settle_last(index);
    }

    /// Takes the bottommost job, or null.
    [[nodiscard]] Job* pop() noexcept {
        const Index bottom = bottom_.load(relaxed) - 1;
        if (bottom < top_.load(relaxed)) return nullptr;        // looks empty to its owner: it is
        Job* const job = slots_[bottom & mask_].load(relaxed);  // this thread stored it
        store_bottom<Ordering::checked>(bottom);
        if (load_top_after_store<Ordering::checked>() < bottom) return job;
        return settle_last(bottom) ? job : nullptr;
    }

    /// The owner's view; exact for the owner, a guess for others.
    [[nodiscard]] bool looks_empty() const noexcept { return bottom_.load(acquire) <= top_.load(acquire); }
    [[nodiscard]] Index bottom() const noexcept {
        return bottom_.load(relaxed);
    }  // own index: only the owner writes it

    // -- a thief's side ---------------------------------------------------------------------------------------------

    enum class Steal : std::uint8_t { empty, lost, won };

    /// Takes the topmost job. `empty`: there was none; `lost`: another took it first.
    Steal steal(Job*& job) noexcept {
        Index top = top_.load(seq_cst);
        if (top >= bottom_.load(acquire)) return Steal::empty;  // a cheap look before the dear fence
        platform::heavy_fence();                                // pairs with light_fence in load_top_after_store
        if (top >= bottom_.load(seq_cst))
            return Steal::empty;  // seq_cst: also the acquire that pairs with store_bottom
        // Acquire pairs with the release in install: the array is whole, and holds every job up to the bottom just
        // read.
        Job* const candidate = array_.load(acquire)->slot(top).load(relaxed);
        if (!top_.compare_exchange_strong(top, top + 1, seq_cst, relaxed)) return Steal::lost;
        job = candidate;
        return Steal::won;
    }

    /// Whether a thief would find something. For the last look before sleeping, after a heavy fence.
    [[nodiscard]] bool has_work() const noexcept { return top_.load(seq_cst) < bottom_.load(seq_cst); }

  private:
    class Array {
      public:
        explicit Array(Index capacity)
            : mask_(capacity - 1), slots_(std::make_unique<Atomic<Job*>[]>(static_cast<std::size_t>(capacity))) {}
        [[nodiscard]] Atomic<Job*>& slot(Index index) const noexcept {
            return slots_[static_cast<std::size_t>(index & mask_)];
        }
        [[nodiscard]] Atomic<Job*>* slots() const noexcept { return slots_.get(); }
        [[nodiscard]] Index mask() const noexcept { return mask_; }

      private:
        Index mask_;
        std::unique_ptr<Atomic<Job*>[]> slots_;
    };

    static constexpr Index initial_capacity = 1024;
    static constexpr Index closed_limit = -1;

    template <Ordering ordering>
    [[nodiscard]] static bool light_fence_suffices() noexcept {
        if constexpr (ordering == Ordering::light) return platform::fences_can_be_asymmetric;
        return platform::fences_are_asymmetric();
    }

    template <Ordering ordering>
    void store_bottom(Index bottom) noexcept {
        if (light_fence_suffices<ordering>()) [[likely]] {
            bottom_.store(bottom,
                          release);  // pairs with the acquires in steal; ordered before later loads by light_fence
        } else {
            bottom_.store(bottom, seq_cst);
        }
    }

    template <Ordering ordering>
    [[nodiscard]] Index load_top_after_store() const noexcept {
        if (light_fence_suffices<ordering>()) [[likely]] {
            platform::light_fence();    // pairs with heavy_fence in steal
            return top_.load(relaxed);  // a stale value is one that the thief's fence makes impossible
        }
        return top_.load(seq_cst);
    }

    /// One job was left and thieves may want it too: the top decides.
    [[nodiscard]] bool settle_last(Index bottom) noexcept {
        Index expected = bottom;
        const bool won = top_.compare_exchange_strong(expected, bottom + 1, seq_cst, relaxed);
        bottom_.store(bottom + 1, release);  // as in store_bottom; the deque is empty now either way
        return won;
    }

    void grow(Index top, Index bottom) {
        auto larger = std::make_unique<Array>(2 * (mask_ + 1));
        for (Index i = top; i < bottom; ++i) {
            larger->slot(i).store(slots_[i & mask_].load(relaxed), relaxed);  // published by install
        }
        install(std::move(larger));
    }

    void install(std::unique_ptr<Array> array) {
        slots_ = array->slots();
        mask_ = array->mask();
        array_.store(array.get(), release);  // pairs with the acquire in steal
        arrays_.push_back(std::move(array));
    }

    void set_limit() noexcept {
        const bool open = !fast_path_closed_ && platform::fences_are_asymmetric();
        limit_ = open ? top_.load(acquire) + mask_ + 1 : closed_limit;  // pairs as in make_room
    }

    // The owner's line; thieves read bottom_ only.
    alignas(cache_line) Atomic<Index> bottom_{0};
    Index limit_ = closed_limit;  ///< the fast path is open below this; at most the true limit, since top only grows
    Atomic<Job*>* slots_ = nullptr;
    Index mask_ = 0;
    bool fast_path_closed_ = false;
    std::vector<std::unique_ptr<Array>> arrays_;  ///< outgrown ones stay: a slow thief may still read them
    // The thieves' line.
    alignas(cache_line) Atomic<Index> top_{0};
    Atomic<Array*> array_{nullptr};
};

}  // namespace grainscope::detail
