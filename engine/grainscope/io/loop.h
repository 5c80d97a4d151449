// One IO thread: it runs tasks, and waits for what they wait for.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <grainscope/runtime/state_recorder.h>

namespace grainscope::detail::async {

class RuntimeCore;
class LoopContext;  // Boost.Asio's part, in asio/loop_context.h

/// What a component keeps on one loop, made by its first use there and destroyed by the loop's thread at its end.
class LoopLocal {
  public:
    virtual ~LoopLocal() = default;
};

/// Everything but post belongs to the loop's own thread.
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

    /// Runs f on the loop's thread, after what is already to be run there. From any thread.
    void post(std::move_only_function<void()> f);
    /// What came from outside begins: the thread no longer waits.
    void wake() noexcept {
        if (recorder_.state() != trace::State::busy) recorder_.change(trace::State::busy);
    }

    [[nodiscard]] RuntimeCore& runtime() noexcept { return runtime_; }
    [[nodiscard]] LoopContext& context() noexcept { return *context_; }
    [[nodiscard]] StateRecorder& recorder() noexcept { return recorder_; }
    [[nodiscard]] const StateRecorder& recorder() const noexcept { return recorder_; }
    [[nodiscard]] std::unique_ptr<LoopLocal>& local() noexcept { return local_; }

    /// Runs until `ended` says so; it is asked after each round.
    void run(const std::function<bool()>& ended);

  private:
    static thread_local constinit Loop* current_ [[gnu::tls_model("initial-exec")]];

    RuntimeCore& runtime_;
    const std::unique_ptr<LoopContext> context_;
    StateRecorder recorder_;
    std::unique_ptr<LoopLocal> local_;
};

}  // namespace grainscope::detail::async
