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

    /// The producer's question after every push: does somebody sleep while nobody searches? One load and one comparison.
    /// The push before it must be ordered before this load: by light_fence, or by sequentially consistent operations.
    [[nodiscard]] bool someone_should_wake() const noexcept {
        if (platform::fences_are_asymmetric()) [[likely]] {
            platform::light_fence();  // pairs with heavy_fence in park
            return sleeps_unwatched(word_.load(relaxed));
        }
        return sleeps_unwatched(word_.load(seq_cst));
    }

    void start_searching() noexcept { word_.fetch_add(one_searcher, seq_cst); }

    /// Returns whether the caller was the last searcher while others sleep: whoever pushed meanwhile relied on it, so the
    /// caller must look whether work is left and wake somebody for it.
    [[nodiscard]] bool stop_searching() noexcept {
        const std::uint64_t before = word_.fetch_sub(one_searcher, seq_cst);
        return before / one_searcher == 1 && static_cast<std::uint32_t>(before) > 0;
    }

    /// Blocks worker `index`, which counts as a searcher (unless restricted), until it is woken. `keep_awake` is asked once
    /// after the intention to sleep is public; true takes the intention back. Returns whether it slept. The worker counts as
    /// a searcher again afterwards (unless restricted).
    template <class KeepAwake, class OnSleep>
    bool park(std::size_t index, bool restricted, KeepAwake&& keep_awake, OnSleep&& on_sleep) {
        Place& place = places_[index];
        word_.fetch_add(restricted ? one_sleeper : one_sleeper - one_searcher, seq_cst);
        place.state.store(restricted ? parked_restricted : parked, seq_cst);
        platform::heavy_fence();  // pairs with light_fence in someone_should_wake
        if (keep_awake()) {
            wake(index);  // unless somebody was faster; either way the counts are right
            return false;
        }
        on_sleep();
        for (;;) {
            const std::uint32_t state = place.state.load(acquire);  // pairs with the waker's exchange
            if (state == awake) return true;
            platform::futex_wait(place.state, state);
        }
    }

    /// Wakes that worker if it sleeps. Returns whether it did.
    bool wake(std::size_t index) noexcept {
        Place& place = places_[index];
        std::uint32_t state = place.state.load(seq_cst);
        if (state == awake || !place.state.compare_exchange_strong(state, awake, seq_cst)) return false;
        word_.fetch_add(state == parked_restricted ? 0 - one_sleeper : one_searcher - one_sleeper, seq_cst);
        platform::futex_wake_one(place.state);
        return true;
    }

    /// Wakes one sleeper for which eligible(index) holds, beginning behind `first`. Returns whether there was one.
    template <class Eligible>
    bool wake_one(std::size_t first, Eligible&& eligible) noexcept {
        for (std::size_t step = 0; step < workers_; ++step) {
            const std::size_t index = (first + step) % workers_;
            if (places_[index].state.load(seq_cst) != awake && eligible(index) && wake(index)) return true;
        }
        return false;
    }

  private:
    static constexpr std::uint64_t one_sleeper = 1;
    static constexpr std::uint64_t one_searcher = std::uint64_t{1} << 32;
    static constexpr std::uint32_t awake = 0;
    static constexpr std::uint32_t parked = 1;
    static constexpr std::uint32_t parked_restricted = 2;  ///< waits inside an isolated region: counts as no searcher

    struct alignas(cache_line) Place {
        Atomic<std::uint32_t> state{awake};
    };

    /// sleepers > 0 and searchers == 0, in one comparison.
    static bool sleeps_unwatched(std::uint64_t word) noexcept { return word - 1 < one_searcher - 1; }

    const std::size_t workers_;
    const std::unique_ptr<Place[]> places_;
    alignas(cache_line) Atomic<std::uint64_t> word_{0};
};

}  // namespace grainscope::detail
