// Which threads a run has where workers alone do not do it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace grainscope::backends {

/// Threads of different kinds beside one another, in the order of their rows.
struct Crew {
    std::size_t io_threads = 0;        ///< of a runtime
    std::size_t blocking_threads = 0;  ///< of the same runtime, at most; needs an IO thread
    std::size_t workers = 0;           ///< of a work-stealing pool
    std::size_t brief_threads = 0;     ///< rows for threads that the workload starts and ends by itself, at once
    friend bool operator==(const Crew&, const Crew&) = default;

    [[nodiscard]] std::size_t rows() const { return io_threads + blocking_threads + workers + brief_threads; }
};

/// A kind of row, as the window names it: "IO thread".
struct RowGroup {
    std::string name;
    std::size_t rows = 0;
    friend bool operator==(const RowGroup&, const RowGroup&) = default;
};
/// Those that the crew has, in the order of their rows.
[[nodiscard]] std::vector<RowGroup> row_groups(const Crew& crew);

}  // namespace grainscope::backends
