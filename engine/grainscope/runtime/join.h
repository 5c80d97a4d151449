// join: two halves that may run in parallel.
//
// Mohr, Kranz, Halstead: "Lazy Task Creation" (1990); Frigo, Leiserson, Randall: "The Implementation of the Cilk-5
// Multithreaded Language" (PLDI 1998). The second half lies in the worker's deque while the first runs; if no thief came for
// it, it is taken back and called. That path costs no allocation, no system call, no fence and no read-modify-write.
#pragma once

#include <type_traits>
#include <utility>

#include <grainscope/runtime/call.h>
#include <grainscope/runtime/enter.h>
#include <grainscope/runtime/job.h>
#include <grainscope/runtime/lane.h>
#include <grainscope/runtime/task_span.h>
#include <grainscope/runtime/worker.h>

namespace grainscope {

/// Tells a half of join_context where it runs.
class FnContext {
  public:
    explicit FnContext(bool migrated) noexcept : migrated_(migrated) {}
    /// Whether another worker than the one that called join_context runs this half.
    [[nodiscard]] bool migrated() const noexcept { return migrated_; }

  private:
    bool migrated_;
};

namespace detail {

/// The second half of a join, on the stack of the first. Its word is its latch: null once a thief has run it.
template <class Half>
class StackJob final : public Job {
  public:
    using Result = CallValue<Half&, FnContext>;

    explicit StackJob(Half& half) noexcept : Job(&run_stolen), half_(half) {}

    [[nodiscard]] bool is_set() const noexcept { return execute_.load(seq_cst) == nullptr; }  // pairs with run_stolen
    [[nodiscard]] Result take() { return outcome_.take(); }
    void discard() noexcept { outcome_.discard(); }

  private:
    static void run_stolen(Job& job, Worker& runner, Worker& origin) {
        auto& self = static_cast<StackJob&>(job);
        self.outcome_.run([&]() -> decltype(auto) { return self.half_(FnContext(&runner != &origin)); });
        // From here on `self` may be gone: its owner goes on as soon as it sees null. The owner's worker stays: it belongs
        // to the runner's own pool. seq_cst: publishes the outcome, and pairs with the owner's last look before it parks.
        self.execute_.store(nullptr, seq_cst);
        if (&runner != &origin) origin.wake_for_latch();
    }

    Half& half_;
    Outcome<Result> outcome_;
};

/// The first half has thrown: the second runs to its end all the same, here or where it is, and its own outcome is dropped.
template <class Half>
[[gnu::cold, gnu::noinline]] void settle_after_throw(Lane& lane, StackJob<Half>& job, Deque::Index index, Half& half) noexcept {
    if (lane.deque().pop_exactly(index)) {
        lane.count_pop();
        try {
            half(FnContext(false));
        } catch (...) {  // NOLINT: the first half's exception is the one that is seen
        }
        return;
    }
    lane.worker().wait_until(job);
    job.discard();
}

/// The second half was stolen, or lies below jobs that the first half left behind.
template <class Half>
[[gnu::noinline]] typename StackJob<Half>::Result wait_for_second(Lane& lane, StackJob<Half>& job) {
    lane.worker().wait_until(job);
    return job.take();
}

template <class A, class B>
inline std::pair<CallValue<A&, FnContext>, CallValue<B&, FnContext>> join_on(Lane& lane, A& first, B& second) {
    StackJob<B> job(second);
    const Deque::Index index = lane.push(job);
    auto&& result = [&]() -> CallValue<A&, FnContext> {
        try {
            return call_for_value(first, FnContext(false));
        } catch (...) {
            settle_after_throw(lane, job, index, second);
            throw;
        }
    }();
    if (lane.deque().pop_exactly(index)) [[likely]] {
        lane.count_pop();
        return {std::forward<decltype(result)>(result), call_for_value(second, FnContext(false))};
    }
    return {std::forward<decltype(result)>(result), wait_for_second(lane, job)};
}

/// The deque is full, or this worker records tasks: the way round that has time.
template <class A, class B>
[[gnu::noinline]] std::pair<CallValue<A&, FnContext>, CallValue<B&, FnContext>> join_slowly(Lane& lane, A& first, B& second) {
    lane.deque().make_room();
    if (!lane.worker().records_tasks()) return join_on(lane, first, second);
    Worker& worker = lane.worker();
    ForkRecord fork(worker);
    auto recorded_first = [&](FnContext context) -> decltype(auto) {
        const LeftSpan span(fork);
        return first(context);
    };
    auto recorded_second = [&](FnContext context) -> decltype(auto) {
        const RightSpan span(fork, *Worker::current());
        return second(context);
    };
    return join_on(lane, recorded_first, recorded_second);
}

template <class A, class B>
inline std::pair<CallValue<A&, FnContext>, CallValue<B&, FnContext>> join_halves(A& first, B& second) {
    Lane* const lane = Lane::current();
    if (lane == nullptr) [[unlikely]]
        return enter_pool(*Registry::global(), [&] { return join_halves(first, second); });
    if (!lane->deque().has_room()) [[unlikely]]
        return join_slowly(*lane, first, second);
    return join_on(*lane, first, second);
}

}  // namespace detail

/// Runs both closures, in parallel if another worker is free, and returns both results (std::monostate for void) when both
/// have ended. The first runs on the calling thread at once; the second may be stolen meanwhile. Outside any pool it runs in
/// the global one. Cost: about two plain calls. If one throws, the other runs to its end first; if both throw, the first
/// one's exception is the one seen.
///
///     long fib(int n) {
///         if (n < 2) return n;
///         auto [a, b] = grainscope::join([=] { return fib(n - 1); }, [=] { return fib(n - 2); });
///         return a + b;
///     }
template <class A, class B>
inline auto join(A&& first, B&& second) {
    auto call_first = [&](FnContext) -> decltype(auto) { return first(); };
    auto call_second = [&](FnContext) -> decltype(auto) { return second(); };
    return detail::join_halves(call_first, call_second);
}

/// As join, but each half is told whether it migrated to another worker: a sign that somebody has time.
///
///     grainscope::join_context([](grainscope::FnContext c) { (void)c.migrated(); }, [](grainscope::FnContext) {});
template <class A, class B>
inline auto join_context(A&& first, B&& second) {
    return detail::join_halves(first, second);
}

}  // namespace grainscope
