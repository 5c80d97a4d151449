// The board on which workers publish samples of the data they have just finished with.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <grainscope/platform/atomic.h>

namespace grainscope::trace {

/// A fixed row of slots, one a sampled position of the data. When a task ends, its worker publishes the values at the
/// sampled positions inside its range; the collector reads the board, never the data itself (that would be a race).
/// publish and read are wait-free, one relaxed 64-bit access: each slot stands for itself, none orders any other
/// memory.
class DataBoard {
  public:
    static constexpr std::uint16_t no_owner = 0xffff;
    struct Sample {
        float value = 0;                 ///< scaled to [0, 1] by the workload
        std::uint16_t owner = no_owner;  ///< the worker that last touched it
    };

    explicit DataBoard(std::size_t slots) : size_(slots), slots_(std::make_unique<Atomic<std::uint64_t>[]>(slots)) {
        clear();
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    void publish(std::size_t slot, float value, std::uint16_t owner) noexcept {
        slots_[slot].store(std::uint64_t{owner} << 32 | std::bit_cast<std::uint32_t>(value), relaxed);
    }
    [[nodiscard]] Sample read(std::size_t slot) const noexcept {
        const std::uint64_t word = slots_[slot].load(relaxed);
        return {std::bit_cast<float>(static_cast<std::uint32_t>(word)), static_cast<std::uint16_t>(word >> 32)};
    }
    void clear() noexcept {
        for (std::size_t i = 0; i < size_; ++i) publish(i, 0.0F, no_owner);
    }

  private:
    std::size_t size_;
    std::unique_ptr<Atomic<std::uint64_t>[]> slots_;
};

}  // namespace grainscope::trace
