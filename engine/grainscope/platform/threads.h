// Operating-system threads as a pool needs them: a stack of a given size, a name, a core to stay on.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <pthread.h>

namespace grainscope::platform {

/// How many threads can run at once: the cores this process may use (its affinity), at least 1.
[[nodiscard]] std::size_t usable_cores() noexcept;

/// A joinable thread with a chosen stack size (std::thread has no say in it).
class Thread {
  public:
    Thread() = default;
    /// Throws std::system_error if the thread cannot be made, with one line that names the reason.
    Thread(std::size_t stack_bytes, std::move_only_function<void()> body);
    Thread(Thread&& other) noexcept;
    Thread& operator=(Thread&& other) noexcept;
    ~Thread();
    void join() noexcept;
    /// Lets the thread run on by itself.
    void detach() noexcept;

  private:
    pthread_t handle_{};
    bool joinable_ = false;
};

/// Names the calling thread for debuggers and /proc (the kernel keeps 15 characters).
void name_this_thread(const std::string& name) noexcept;

/// Keeps the calling thread on the n-th core it may use (modulo their number).
void pin_this_thread(std::size_t n) noexcept;

}  // namespace grainscope::platform
