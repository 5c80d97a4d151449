// The memory of an execution: for each location all that was ever stored there, so that a load may find an older value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/hooks.h"
#include "model/view.h"

namespace grainscope::model {

/// What one thread has seen and what it has set aside for fences.
struct Knowledge {
    View now;
    View to_acquire;  ///< seen by relaxed loads: an acquire fence makes it known
    View at_release;  ///< known at the last release fence: what a relaxed store passes on
};

/// The rules of C++20 [atomics.order] as an operational model: the modification order of a location is the order of
/// execution, a load reads any store that is not older than one its thread knows of, sequentially consistent ones only
/// what the common order S allows. No load reads from a store that is executed later.
class Memory {
  public:
    void begin(std::uint32_t execution) noexcept;
    /// Gives locations that outlive the execution (statics) the values they had before it.
    void end() noexcept;

    /// How many stores the next load could read, newest first; at least 1.
    [[nodiscard]] std::size_t readable(const Cell& cell, const Knowledge& k, bool is_seq_cst);
    /// The value of the store that is `age` stores old.
    [[nodiscard]] std::uint64_t peek(const Cell& cell, std::size_t age) const;

    std::uint64_t read(const Cell& cell, std::size_t age, Knowledge& k, std::memory_order order);
    void write(Cell& cell, std::uint64_t bits, Knowledge& k, std::memory_order order, bool is_update);
    void fence(Knowledge& k, std::memory_order order) noexcept;

    /// Null, or what is wrong with a thread's touching the cell now.
    [[nodiscard]] const char* complaint(const Cell& cell, std::size_t thread, const Knowledge& k);
    /// Null, or what is wrong with destroying it.
    [[nodiscard]] const char* destroy(Cell& cell, const Knowledge& k) noexcept;

  private:
    struct Message {
        std::uint64_t bits = 0;
        View view;
    };
    struct Location {
        const Cell* cell = nullptr;
        std::vector<Message> history;
        std::array<Clock, most_threads> touched{};
        bool outlives = false;
    };
    Location& locate(const Cell& cell);

    std::uint32_t execution_ = 0;
    std::vector<Location> locations_;  ///< kept from one execution to the next for their memory
    std::size_t used_ = 0;
    View seq_cst_;  ///< the newest store to each location that the order S so far has passed
};

}  // namespace grainscope::model
