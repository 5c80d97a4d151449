// A stack to run on, its own thread-locals, its own exceptions in flight: a thread as far as the code upon it can tell.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace grainscope::model {

/// Cooperative: runs until it switches to another. All fibres share one operating-system thread; at every switch the
/// program's thread-local storage is exchanged, so that `thread_local` means "one a fibre".
class Fibre {
  public:
    /// The calling thread itself, as something to come back to.
    Fibre() = default;
    explicit Fibre(std::size_t stack_bytes);
    Fibre(const Fibre&) = delete;
    Fibre& operator=(const Fibre&) = delete;

    /// Makes `body` what the next switch here begins with, on a bare stack; what was upon it before is forgotten
    /// without being destroyed. `body` must not return.
    void reset(void (*body)());

    /// Goes on where `to` switched away, and returns when somebody switches back here.
    void switch_to(Fibre& to);

  private:
    [[noreturn]] static void enter();
    void arrive() const;

    std::unique_ptr<std::byte[]> stack_;
    std::size_t stack_bytes_ = 0;
    void (*body_)() = nullptr;
#if defined(__x86_64__)
    void* stack_pointer_ = nullptr;
#else
    ucontext_t context_{};
#endif
    std::vector<std::byte> thread_locals_;
    struct Exceptions {
        void* caught = nullptr;
        unsigned uncaught = 0;
    } exceptions_;
    void* fake_stack_ =
        nullptr;  ///< AddressSanitizer's; kept over a reset, for making one takes longer than an execution
    const void* bottom_ = nullptr;
};

}  // namespace grainscope::model
