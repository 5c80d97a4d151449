// A worker's place to fork: its deque, its fork counter, and the region its work belongs to.
#pragma once

#include <cstdint>

#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/deque.h>
#include <grainscope/runtime/region.h>
#include <grainscope/runtime/sleep.h>

namespace grainscope::detail {

class Worker;

/// A worker has one lane of its own and one more for each isolated region it is inside of. The thread-local pointer to
/// the current one is all that the fast path of `join` needs to find.
class Lane {
  public:
    Lane(Worker& worker, const Sleep& sleep) noexcept : sleepers_(&sleep.word()), worker_(&worker) {}

    /// The calling thread's lane, or null outside any pool.
    [[nodiscard]] static Lane* current() noexcept { return current_; }
    static void set_current(Lane* lane) noexcept { current_ = lane; }

    [[nodiscard]] Worker& worker() const noexcept { return *worker_; }
    [[nodiscard]] Deque& deque() noexcept { return deque_; }
    [[nodiscard]] const Deque& deque() const noexcept { return deque_; }

    /// Makes a job stealable and wakes a sleeper for it if nobody is searching. Requires what Deque::push_at requires.
    template <Ordering ordering>
    void push_at(Deque::Index bottom, Job& job) noexcept {
        deque_.push_at<ordering>(bottom, job);
        if (someone_should_wake<ordering>()) [[unlikely]]
            wake_a_thief();
    }

    /// The same with all that it requires.
    void push(Job& job) {
        deque_.make_room();
        push_at<Ordering::checked>(deque_.bottom(), job);
    }

    /// Counts a job taken back. A load and a store, no read-modify-write: only the owner writes it, readers see it
    /// late.
    void count_pop() noexcept { pops_.store(pops_.load(relaxed) + 1, relaxed); }
    [[nodiscard]] std::uint64_t pops() const noexcept { return pops_.load(relaxed); }

    /// The isolated region that this lane's jobs belong to, or null. A thief who reads it after winning a job reads
    /// that job's region: a region ends only after its jobs have run, and only then may its lane serve another.
    [[nodiscard]] const Region* region() const noexcept { return region_.load(acquire); }  // pairs with set_region
    /// Owner only, while the lane is empty.
    void set_region(const Region* region) noexcept { region_.store(region, release); }  // pairs with region

    Lane* next_of_worker = nullptr;  ///< the worker's lanes as a list; set before the lane is published, never changed
    Lane* next_idle = nullptr;       ///< owner only: lanes that serve no region now

  private:
    template <Ordering ordering>
    [[nodiscard]] bool someone_should_wake() const noexcept {
        if (ordering == Ordering::light && platform::fences_can_be_asymmetric) {
            platform::light_fence();  // pairs with heavy_fence in Sleep::park
            return sleepers_->someone_should_wake(relaxed);
        }
        if (platform::fences_are_asymmetric()) platform::light_fence();  // likewise
        return sleepers_->someone_should_wake(seq_cst);
    }

    [[gnu::noinline]] void wake_a_thief() noexcept;

    static thread_local constinit Lane* current_ [[gnu::tls_model("initial-exec")]];

    Deque deque_;
    const Sleep::Word* sleepers_;
    Worker* worker_;
    Atomic<std::uint64_t> pops_{0};
    Atomic<const Region*> region_{nullptr};
};

}  // namespace grainscope::detail
