// All threads of an engine at once, each in a role of its own: producers beside consumers, stages of a pipeline.
#pragma once

#include <cstddef>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/body.h>

namespace grainscope::backends {

/// A reference to what every row does; see BodyReference.
using RowBody = BodyReference<std::size_t>;

/// Calls body(row) for every row in [0, backend.threads()), each on the thread of that row, all at once, and returns
/// when all have ended. Rows may wait for one another: none begins before there is a thread for each.
///
/// On our pool it is a broadcast, so that each row is a worker; on OpenMP a parallel region; on plain threads row 0 is
/// the calling one. oneTBB promises no number of threads: it cannot run a team, which throws std::logic_error.
///
/// What rows throw reaches the caller after all have ended; if several do, the lowest row's. Who waits for a row that
/// throws must be told by it. std::system_error, before any row begins, where there is no thread to be had.
void run_team(Backend& backend, RowBody body);

}  // namespace grainscope::backends
