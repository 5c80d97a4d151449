// One way to resume a task, held by all who may have a reason to.
#pragma once

#include <coroutine>
#include <functional>
#include <memory>

#include <grainscope/io/coroutine.h>
#include <grainscope/io/loop.h>

namespace grainscope::detail::async {

/// Resumes the coroutine on its loop once, whoever asks and however often. It may outlive the coroutine.
class Resumption : public std::enable_shared_from_this<Resumption> {
  public:
    Resumption(Loop& loop, std::coroutine_handle<> coroutine) noexcept : loop_(loop), coroutine_(coroutine) {}

    /// From any thread, while the loop lives.
    void post() {
        loop_.post([self = shared_from_this()] {
            if (const std::coroutine_handle<> coroutine = std::exchange(self->coroutine_, nullptr))
                Trampoline::run(coroutine);
        });
    }

  private:
    Loop& loop_;
    std::coroutine_handle<> coroutine_;  ///< the loop's
};

}  // namespace grainscope::detail::async
