// The floor that a download of many items is held against: one thread, epoll, and no more of HTTP than must be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace grainscope::bench {

struct FetchPlan {
    std::string host = "127.0.0.1";  ///< an IPv4 address
    std::uint16_t port = 0;
    std::size_t items = 0;  ///< "/items/0" and so on
    std::size_t concurrency = 1;
    bool keep_alive = true;  ///< else each item has a connection of its own
};

struct Fetched {
    double seconds = 0;          ///< from the first socket to the last answer
    std::size_t answered = 0;    ///< with status 200
    std::size_t other = 0;       ///< with any other status
    std::size_t failed = 0;      ///< without an answer, or with one that does not say its length
    std::size_t body_bytes = 0;  ///< that the answers said they have
};

/// Fetches the items in their order, `concurrency` at once, and reads every body. Nothing is allocated for a request.
/// Where a kept connection turns out to be closed, the item is asked for again on a new one. Throws std::runtime_error
/// if the system refuses a descriptor, or if nothing happens for ten seconds.
[[nodiscard]] Fetched epoll_fetch(const FetchPlan& plan);

}  // namespace grainscope::bench
