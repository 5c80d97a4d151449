// join: two halves that may run in parallel.
//
// Mohr, Kranz, Halstead: "Lazy Task Creation" (1990); Frigo, Leiserson, Randall: "The Implementation of the Cilk-5
// Multithreaded Language" (PLDI 1998). The second half lies in the worker's deque while the first runs; if no thief
// came for it, it is taken back and called. That path costs no allocation, no system call, no fence and no
// read-modify-write.
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

/// How a half is called: with the context that join_context promises, or without.
enum class Halves { plain, with_context };

/// A closure that the caller gives away and that fits in two registers is kept by value, so that no address of it need
/// be written down and read back; any other is called where it stands.
template <class Forwarded>
using KeptHalf = std::conditional_t<!std::is_lvalue_reference_v<Forwarded> && std::is_trivially_copyable_v<Forwarded> &&
                                        sizeof(Forwarded) <= 2 * sizeof(void*),
                                    Forwarded, Forwarded&>;

template <Halves halves, class F>
inline decltype(auto) call_half(F& half, [[maybe_unused]] bool migrated) {
    if constexpr (halves == Halves::with_context) {
        return half(FnContext(migrated));
    } else {
        return half();
    }
}

template <Halves halves, class F>
using HalfValue = ValueOf<decltype(call_half<halves>(std::declval<F&>(), false))>;

template <Halves halves, class F>
inline HalfValue<halves, F> half_value(F& half) {
    return call_for_value([&]() -> decltype(auto) { return call_half<halves>(half, false); });
}

/// The second half of a join, on the stack of the first. Its word is its latch: null once a thief has run it. `F` is
/// a KeptHalf.
template <Halves halves, class F>
class StackJob final : public Job {
  public:
    using Result = HalfValue<halves, F>;

    explicit StackJob(F& half) noexcept : Job(&run_stolen), half_(half) {}

    [[nodiscard]] bool is_set() const noexcept { return execute_.load(seq_cst) == nullptr; }  // pairs with run_stolen
    [[nodiscard]] Result take() { return outcome_.take(); }
    [[nodiscard]] F& half() noexcept { return half_; }

  private:
    static void run_stolen(Job& job, Worker& runner, Worker& origin) {
        auto& self = static_cast<StackJob&>(job);
        self.outcome_.run([&]() -> decltype(auto) { return call_half<halves>(self.half_, &runner != &origin); });
        // From here on `self` may be gone: its owner goes on as soon as it sees null. The owner's worker stays: it
        // belongs to the runner's own pool. seq_cst: publishes the outcome, and pairs with the owner's last look before
        // it parks.
        self.execute_.store(nullptr, seq_cst);
        if (&runner != &origin) origin.wake_for_latch();
    }

    F half_;
    Outcome<Result> outcome_;
};

/// The second half was not simply there: thieves are near it, or have it, or it lies below jobs that the first half
/// left behind.
template <Halves halves, class F>
[[gnu::noinline]] HalfValue<halves, F> finish_second(Lane& lane, StackJob<halves, F>& job, Deque::Index index) {
    if (lane.deque().pop_contested(index)) {
        lane.count_pop();
        return half_value<halves>(job.half());
    }
    lane.worker().wait_until(job);
    return job.take();
}

/// The first half has thrown: the second runs to its end all the same, here or where it is, and its own outcome is
/// dropped.
template <Halves halves, class F>
[[gnu::cold, gnu::noinline]] void settle_after_throw(Lane& lane, StackJob<halves, F>& job,
                                                     Deque::Index index) noexcept {
    try {
        finish_second(lane, job, index);
    } catch (...) {  // NOLINT: the first half's exception is the one that is seen
    }
}

template <Halves halves, class A, class B>
using JoinResult = std::pair<HalfValue<halves, A>, HalfValue<halves, B>>;

/// Makes the compiler compute index + 1 anew after the first half, which is one instruction, instead of keeping it
/// across that call in a register that every level of a recursion must then save: a tenth of a join.
inline void forget_what_follows_from(Deque::Index& index) noexcept { asm("" : "+r"(index)); }

template <Halves halves, Ordering ordering, class A, class B>
inline JoinResult<halves, A, B> join_on(Lane& lane, Deque::Index index, A first, B second) {
    StackJob<halves, B> job(second);
    lane.push_at<ordering>(index, job);
    auto&& result = [&]() -> HalfValue<halves, A> {
        try {
            return half_value<halves>(first);
        } catch (...) {
            settle_after_throw(lane, job, index);
            throw;
        }
    }();
    forget_what_follows_from(index);
    if (lane.deque().pop_exactly<ordering>(index)) [[likely]] {
        lane.count_pop();
        return {std::forward<decltype(result)>(result), half_value<halves>(job.half())};
    }
    return {std::forward<decltype(result)>(result), finish_second(lane, job, index)};
}

/// The deque is full, or this worker records tasks, or fences cost something here: the way round that has time.
template <Halves halves, class A, class B>
[[gnu::noinline]] JoinResult<halves, A, B> join_slowly(Lane& lane, A first, B second) {
    lane.deque().make_room();
    if (!lane.worker().records_tasks()) {
        return join_on<halves, Ordering::checked, A, B>(lane, lane.deque().bottom(), first, second);
    }
    ForkRecord fork(lane.worker());
    auto recorded_first = [&](FnContext context) -> decltype(auto) {
        const LeftSpan span(fork);
        return call_half<halves>(first, context.migrated());
    };
    auto recorded_second = [&](FnContext context) -> decltype(auto) {
        const RightSpan span(fork, *Worker::current());
        return call_half<halves>(second, context.migrated());
    };
    return join_on<Halves::with_context, Ordering::checked, decltype(recorded_first)&, decltype(recorded_second)&>(
        lane, lane.deque().bottom(), recorded_first, recorded_second);
}

template <Halves halves, class A, class B>
JoinResult<halves, A, B> join_from_outside(A first, B second);

template <Halves halves, class A, class B>
inline JoinResult<halves, A, B> join_halves(A first, B second) {
    Lane* const lane = Lane::current();
    if (lane == nullptr) [[unlikely]]
        return join_from_outside<halves, A, B>(first, second);
    const Deque::Index bottom = lane->deque().bottom();
    if (!lane->deque().fast_path_is_open_at(bottom)) [[unlikely]]
        return join_slowly<halves, A, B>(*lane, first, second);
    return join_on<halves, Ordering::light, A, B>(*lane, bottom, first, second);
}

template <Halves halves, class A, class B>
[[gnu::noinline]] JoinResult<halves, A, B> join_from_outside(A first, B second) {
    return enter_pool(*Registry::global(), [&] { return join_halves<halves, A, B>(first, second); });
}

}  // namespace detail

/// Runs both closures, in parallel if another worker is free, and returns both results (std::monostate for void) when
/// both have ended. The first runs on the calling thread at once; the second may be stolen meanwhile. Outside any pool
/// it runs in the global one. Cost: about two plain calls. If one throws, the other runs to its end first; if both
/// throw, the first one's exception is the one seen.
///
///     long fib(int n) {
///         if (n < 2) return n;
///         auto [a, b] = grainscope::join([=] { return fib(n - 1); }, [=] { return fib(n - 2); });
///         return a + b;
///     }
template <class A, class B>
inline auto join(A&& first, B&& second) {
    return detail::join_halves<detail::Halves::plain, detail::KeptHalf<A>, detail::KeptHalf<B>>(first, second);
}

/// As join, but each half is told whether it migrated to another worker: a sign that somebody has time.
///
///     grainscope::join_context([](grainscope::FnContext c) { (void)c.migrated(); }, [](grainscope::FnContext) {});
template <class A, class B>
inline auto join_context(A&& first, B&& second) {
    return detail::join_halves<detail::Halves::with_context, detail::KeptHalf<A>, detail::KeptHalf<B>>(first, second);
}

}  // namespace grainscope
