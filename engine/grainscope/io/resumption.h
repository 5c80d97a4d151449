// One way to resume a task, held by all who may have a reason to.
#pragma once

#include <coroutine>
#include <memory>
#include <utility>

#include <grainscope/io/coroutine.h>
#include <grainscope/io/loop.h>
#include <grainscope/runtime/cancellation.h>

namespace grainscope::detail::async {

/// Resumes the coroutine on its loop once, whoever asks and however often. It may outlive the coroutine.
class Resumption final : public std::enable_shared_from_this<Resumption>, private Posted {
  public:
    Resumption(Loop& loop, std::coroutine_handle<> coroutine) noexcept : loop_(loop), coroutine_(coroutine) {}

    /// From any thread, while the loop lives.
    void post() {
        // Relaxed: only the first goes on, and what it brings goes through the loop's inbox.
        if (posted_.exchange(true, relaxed)) return;
        self_ = shared_from_this();
        loop_.post(*this);
    }

  private:
    void run() noexcept override {
        const std::shared_ptr<Resumption> self = std::move(self_);
        Trampoline::run(coroutine_);
    }
    void drop() noexcept override { const std::shared_ptr<Resumption> self = std::move(self_); }

    Loop& loop_;
    const std::coroutine_handle<> coroutine_;
    Atomic<bool> posted_{false};
    std::shared_ptr<Resumption> self_;  ///< while it is posted
};

/// A wait that somebody else ends by a Resumption: whoever has something for the task, or its scope's cancellation.
/// Derived classes give the resumption away in `begin_wait`.
class ResumedOperation : protected Operation {
  public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> awaiting) {
        scope_ = &awaiting.promise().scope();
        if (scope_->is_cancelled()) return false;
        resumption_ = std::make_shared<Resumption>(Loop::current(), awaiting);
        if (!begin_wait(resumption_)) {
            resumption_.reset();
            return false;
        }
        scope_->add(*this);
        return true;
    }

  protected:
    ~ResumedOperation() = default;
    /// False if there is nothing to wait for. It may throw.
    virtual bool begin_wait(const std::shared_ptr<Resumption>& resumption) = 0;
    void cancel() noexcept override { resumption_->post(); }

    /// In await_resume, first: the wait is over.
    void end_wait() noexcept {
        if (resumption_ != nullptr) scope_->remove(*this);
    }
    /// Whether there was a wait at all.
    [[nodiscard]] bool has_waited() const noexcept { return resumption_ != nullptr; }
    void throw_if_cancelled() const {
        if (scope_->is_cancelled()) throw Cancelled();
    }
    [[nodiscard]] bool is_cancelled() const noexcept { return scope_->is_cancelled(); }
    void resume() { resumption_->post(); }

  private:
    Scope* scope_ = nullptr;
    std::shared_ptr<Resumption> resumption_;
};

}  // namespace grainscope::detail::async
