// Which of a broadcast's calls this is.
#pragma once

#include <cstddef>

namespace grainscope {

/// Handed to the closure of a broadcast, once on every worker.
class BroadcastContext {
  public:
    BroadcastContext(std::size_t index, std::size_t num_threads) noexcept : index_(index), num_threads_(num_threads) {}
    /// The worker's index, 0 to num_threads() - 1.
    [[nodiscard]] std::size_t index() const noexcept { return index_; }
    [[nodiscard]] std::size_t num_threads() const noexcept { return num_threads_; }

  private:
    std::size_t index_;
    std::size_t num_threads_;
};

}  // namespace grainscope
