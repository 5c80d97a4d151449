// Who sleeps, who searches, and who must be woken. README.md has the protocol and why no wake-up is lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/fence.h>
#include <grainscope/platform/parking.h>

namespace grainscope::detail {

/// Parking places for the workers of one pool, and one word that counts them: how many sleep, how many search.
class Sleep {
  public:
    explicit Sleep(std::size_t workers) : workers_(workers), places_(std::make_unique<Place[]>(workers)) {}

    /// How many sleep and how many search. Kept less one, so that "somebody sleeps while nobody searches" is a single
    /// comparison: sleepers + 65,536 searchers - 1 < 65,535, unsigned.
    class Word {
      public:
        /// The producer's question after every push. The push must be ordered before it: by light_fence (ask with
        /// relaxed; pairs with heavy_fence in park), or by sequentially consistent operations (ask with seq_cst).
        [[nodiscard]] bool someone_should_wake(std::memory_order order) const noexcept {
            return value_.load(order) < one_searcher - 1;
        }

      private:
        friend class Sleep;
        Atomic<std::uint32_t> value_{static_cast<std::uint32_t>(-1)};
    };

    [[nodiscard]] const Word& word() const noexcept { return word_; }
    [[nodiscard]] bool someone_should_wake() const noexcept { return word_.someone_should_wake(seq_cst); }

    void start_searching() noexcept { word_.value_.fetch_add(one_searcher, seq_cst); }

    /// Returns whether the caller was the last searcher while others sleep: whoever pushed meanwhile relied on it, so
    /// the caller must look whether work is left and wake somebody for it.
    [[nodiscard]] bool stop_searching() noexcept {
        const std::uint32_t before = word_.value_.fetch_sub(one_searcher, seq_cst) + 1;
        return before / one_searcher == 1 && before % one_searcher > 0;
    }

    /// Blocks worker `index`, which counts as a searcher (unless restricted), until it is woken. `keep_awake` is asked
    /// once after the intention to sleep is public; true takes the intention back. Returns whether it slept. The worker
    /// counts as a searcher again afterwards (unless restricted).
    template <class KeepAwake, class OnSleep>
    bool park(std::size_t index, bool restricted, KeepAwake&& keep_awake, OnSleep&& on_sleep) {
        Place& place = places_[index];
        word_.value_.fetch_add(restricted ? one_sleeper : one_sleeper - one_searcher, seq_cst);
        place.state.store(restricted ? parked_restricted : parked, seq_cst);
        platform::heavy_fence();  // pairs with light_fence in Lane::push
        const bool stays = keep_awake();
        if (stays && wake(index)) return false;
        if (!stays) on_sleep();  // else somebody was faster, and is about to count this worker as a searcher
        for (;;) {
            const std::uint32_t state = place.state.load(acquire);  // pairs with the waker's exchange
            if (state == awake) return !stays;
            platform::futex_wait(place.state, state);
        }
    }

    /// Wakes that worker if it sleeps. Returns whether it did.
    bool wake(std::size_t index) noexcept {
        Place& place = places_[index];
        std::uint32_t state = place.state.load(seq_cst);
        if (!is_parked(state) || !place.state.compare_exchange_strong(state, waking, seq_cst)) return false;
        // Before the worker goes on: it must not stop searching before it counts as a searcher.
        word_.value_.fetch_add(state == parked_restricted ? 0 - one_sleeper : one_searcher - one_sleeper, seq_cst);
        place.state.store(awake, release);  // pairs with the load in park
        platform::futex_wake_one(place.state);
        return true;
    }

    /// Wakes one sleeper for which eligible(index) holds, beginning behind `first`. Returns whether there was one.
    template <class Eligible>
    bool wake_one(std::size_t first, Eligible&& eligible) noexcept {
        for (std::size_t step = 0; step < workers_; ++step) {
            const std::size_t index = (first + step) % workers_;
            if (is_parked(places_[index].state.load(seq_cst)) && eligible(index) && wake(index)) return true;
        }
        return false;
    }

  private:
    static constexpr std::uint32_t one_sleeper = 1;
    static constexpr std::uint32_t one_searcher = std::uint32_t{1} << 16;
    static constexpr std::uint32_t awake = 0;
    static constexpr std::uint32_t parked = 1;
    static constexpr std::uint32_t parked_restricted = 2;  ///< waits inside an isolated region: counts as no searcher

    static constexpr std::uint32_t waking = 3;  ///< chosen, and not yet counted as a searcher
    [[nodiscard]] static bool is_parked(std::uint32_t state) noexcept {
        return state == parked || state == parked_restricted;
    }

    struct alignas(cache_line) Place {
        Atomic<std::uint32_t> state{awake};
    };

    const std::size_t workers_;
    const std::unique_ptr<Place[]> places_;
    alignas(cache_line) Word word_;
};

}  // namespace grainscope::detail
