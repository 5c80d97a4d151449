// Asking running work to stop.
#pragma once

#include <exception>
#include <memory>

#include <grainscope/platform/atomic.h>

namespace grainscope {

/// Thrown out of an operation whose CancellationToken was cancelled, after the work that had started has ended.
class Cancelled : public std::exception {
  public:
    [[nodiscard]] const char* what() const noexcept override { return "the operation was cancelled"; }
};

/// A flag that any thread may raise and running work polls. Copies share one state; it never falls again.
/// Thread-safe. is_cancelled is one relaxed load: it orders nothing, the join at the operation's end does.
class CancellationToken {
  public:
    CancellationToken() : cancelled_(std::make_shared<Atomic<bool>>(false)) {}
    void cancel() const noexcept { cancelled_->store(true, relaxed); }
    [[nodiscard]] bool is_cancelled() const noexcept { return cancelled_->load(relaxed); }
    void throw_if_cancelled() const {
        if (is_cancelled()) throw Cancelled();
    }

  private:
    std::shared_ptr<Atomic<bool>> cancelled_;
};

}  // namespace grainscope
