// How many tasks of one loop may be in the same place at once.
#pragma once

#include <cstddef>
#include <list>
#include <utility>

#include <grainscope/io/task.h>

namespace grainscope::detail::async {

/// Lets `limit` in; the others wait for their turn, first come, first served. Its loop's own, and outlives all who
/// wait.
class Turnstile {
  public:
    explicit Turnstile(std::size_t limit) noexcept : limit_(limit) {}
    Turnstile(const Turnstile&) = delete;
    Turnstile& operator=(const Turnstile&) = delete;

    /// The right to be in. Its end lets the next one in.
    class Permit {
      public:
        Permit() = default;
        explicit Permit(Turnstile& turnstile) noexcept : turnstile_(&turnstile) {}
        Permit(Permit&& other) noexcept : turnstile_(std::exchange(other.turnstile_, nullptr)) {}
        Permit& operator=(Permit&&) = delete;
        ~Permit() {
            if (turnstile_ != nullptr) turnstile_->give_back();
        }

      private:
        Turnstile* turnstile_ = nullptr;
    };
    [[nodiscard]] grainscope::io::Task<Permit> permit();
    [[nodiscard]] std::size_t inside() const noexcept { return inside_; }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

  private:
    class Turn;
    void give_back() noexcept;

    const std::size_t limit_;
    std::size_t inside_ = 0;
    std::list<Turn*> waiting_;
};

}  // namespace grainscope::detail::async
