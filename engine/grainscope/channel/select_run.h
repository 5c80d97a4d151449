// How a select waits for the first of several operations; README.md has the protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>

#include <grainscope/channel/core.h>
#include <grainscope/channel/instant.h>
#include <grainscope/channel/waiter.h>

namespace grainscope::detail::channel {

/// One operation of a select.
struct SelectOperation {
    Core* core = nullptr;
    Side side = Side::receive;
    void* packet = nullptr;  ///< for a rendezvous: of the operation's message type, on the stack; null: on the heap
};

/// Memory for an entry, which a run needs only if it blocks: nothing is constructed before that.
struct EntryRoom {
    alignas(Entry) std::byte bytes[sizeof(Entry)];
    [[nodiscard]] Entry& entry() noexcept { return *std::launder(reinterpret_cast<Entry*>(bytes)); }
};

/// The operations of one select, the order in which they are tried, and the order's memory. All of one length.
struct SelectSet {
    std::span<const SelectOperation> operations;
    std::span<std::uint32_t> order;  ///< a permutation of the indices; shuffled by an unbiased run
    std::span<EntryRoom> entries;
    bool biased = false;
};

/// Claims one of the operations, waiting for it until the deadline. Returns its index, and the claim in the token; none
/// at the deadline. Without operations it sleeps until the deadline. Throws std::bad_alloc, with nothing claimed, if a
/// send on an unbounded channel finds no memory.
[[nodiscard]] std::optional<std::size_t> run_select(const SelectSet& set, Instant deadline, Token& token);

/// Waits until one of the operations is ready, without claiming it. Returns its index; none at the deadline.
[[nodiscard]] std::optional<std::size_t> run_ready(const SelectSet& set, Instant deadline);

}  // namespace grainscope::detail::channel
