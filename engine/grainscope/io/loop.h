// One IO thread: it runs tasks, and waits for what they wait for.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <grainscope/io/run_queue.h>
#include <grainscope/runtime/state_recorder.h>

namespace grainscope::detail::async {

class RuntimeCore;
class LoopContext;  // Boost.Asio's part, in asio/loop_context.h

/// What a component keeps on one loop, made by its first use there and destroyed by the loop's thread at its end.
class LoopLocal {
  public:
    virtual ~LoopLocal() = default;
};

/// Everything but post belongs to the loop's own thread. What tasks of one loop post to it goes to a queue of its own
/// and costs no lock; Boost.Asio is asked for sockets and timers in between, and wakes the loop.
class Loop {
  public:
    explicit Loop(RuntimeCore& runtime);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// The loop that runs on this thread; null elsewhere.
    [[nodiscard]] static Loop* current_or_null() noexcept { return current_; }
    /// Throws std::logic_error elsewhere.
    [[nodiscard]] static Loop& current();

    /// Runs it on the loop's thread, after what is already to be run there. From any thread, while the loop lives; from
    /// its own a few instructions, else an atomic exchange, and a system call if the loop sleeps.
    void post(Posted& posted) noexcept {
        if (current_ == this)
            queue_.push(posted);
        else if (inbox_.push(posted))
            wake_from_outside();
    }
    /// The same for what happens seldom.
    void post(std::move_only_function<void()> f);
    /// As post, but after one look at sockets and timers and what these bring. From the loop's own thread.
    void yield(Posted& posted) noexcept { yielded_.push(posted); }
    /// What came from outside begins: the thread no longer waits.
    void wake() noexcept {
        if (recorder_.state() != trace::State::busy) recorder_.change(trace::State::busy);
    }
    /// Boost.Asio has something in hand that it will call back for; then it has called.
    void wait_begins() noexcept { ++waits_; }
    void wait_ends() noexcept {
        --waits_;
        wake();
    }

    [[nodiscard]] RuntimeCore& runtime() noexcept { return runtime_; }
    [[nodiscard]] LoopContext& context() noexcept { return *context_; }
    [[nodiscard]] StateRecorder& recorder() noexcept { return recorder_; }
    [[nodiscard]] const StateRecorder& recorder() const noexcept { return recorder_; }
    [[nodiscard]] std::unique_ptr<LoopLocal>& local() noexcept { return local_; }

    /// Runs until `ended` says so; it is asked after each turn.
    void run(const std::function<bool()>& ended);

  private:
    /// Runs some of what is posted, then what sockets and timers have ready. False if there was nothing.
    bool turn();
    void sleep();
    void wake_from_outside() noexcept;

    static thread_local constinit Loop* current_ [[gnu::tls_model("initial-exec")]];

    RuntimeCore& runtime_;
    const std::unique_ptr<LoopContext> context_;
    StateRecorder recorder_;
    std::unique_ptr<LoopLocal> local_;
    PostedQueue queue_;
    PostedQueue yielded_;
    std::size_t waits_ = 0;
    std::size_t wakes_owed_ = 0;  ///< by threads that have covered the inbox's mark, and may still be at it
    alignas(cache_line) Inbox inbox_;
};

}  // namespace grainscope::detail::async
