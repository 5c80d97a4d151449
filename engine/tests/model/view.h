// What a thread knows: how far each other thread had come, and the oldest store of each location it may still read.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace grainscope::model {

inline constexpr std::size_t most_threads = 8;
inline constexpr std::size_t most_locations = 248;

using Clock = std::uint16_t;

/// Two things that always travel together along release and acquire: a vector clock (who happens before whom) and, for
/// each location, the number of the newest store known. Kang et al.: "A Promising Semantics for Relaxed-Memory
/// Concurrency" (POPL 2017) has the second half; without promises it is C++ without load buffering.
class View {
  public:
    [[nodiscard]] Clock& clock(std::size_t thread) noexcept { return entries_[thread]; }
    [[nodiscard]] Clock clock(std::size_t thread) const noexcept { return entries_[thread]; }
    [[nodiscard]] Clock& store(std::size_t location) noexcept { return entries_[most_threads + location]; }
    [[nodiscard]] Clock store(std::size_t location) const noexcept { return entries_[most_threads + location]; }

    /// Whether what `thread` did at `clock` happens before what the owner of this view does next.
    [[nodiscard]] bool knows(std::size_t thread, Clock when) const noexcept { return entries_[thread] >= when; }

    void join(const View& other) noexcept {
        for (std::size_t i = 0; i < entries_.size(); ++i) entries_[i] = std::max(entries_[i], other.entries_[i]);
    }
    /// The stores alone: what a sequentially consistent fence passes on is no happens-before.
    void join_stores(const View& other) noexcept {
        for (std::size_t i = most_threads; i < entries_.size(); ++i) {
            entries_[i] = std::max(entries_[i], other.entries_[i]);
        }
    }

  private:
    std::array<Clock, most_threads + most_locations> entries_{};
};

}  // namespace grainscope::model
