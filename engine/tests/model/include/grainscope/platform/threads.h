// Stands in for engine/grainscope/platform/threads.h in the model program: threads are the scheduler's.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "model/hooks.h"

namespace grainscope::platform {

[[nodiscard]] inline std::size_t usable_cores() noexcept { return 2; }

class Thread {
  public:
    Thread() = default;
    Thread(std::size_t, std::move_only_function<void()> body, model::Where where = model::Where::current())
        : number_(model::start_thread(std::move(body), where)) {}
    Thread(Thread&& other) noexcept : number_(std::exchange(other.number_, 0)) {}
    Thread& operator=(Thread&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Thread() { join(); }
    void join() noexcept {
        if (const std::size_t number = std::exchange(number_, 0)) model::join_thread(number, model::Where::current());
    }
    void detach() noexcept { number_ = 0; }

  private:
    std::size_t number_ = 0;
};

inline void name_this_thread(const std::string&) noexcept {}
inline void pin_this_thread(std::size_t) noexcept {}

}  // namespace grainscope::platform
