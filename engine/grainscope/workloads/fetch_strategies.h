// The same downloads by asynchronous tasks, by a thread for each request, and by a pool of workers.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include <grainscope/backends/crew_backend.h>
#include <grainscope/io/http.h>
#include <grainscope/runtime/cancellation.h>

namespace grainscope::workloads {

struct FetchPlan {
    std::size_t count = 0;
    std::function<io::Request(std::size_t)> request;  ///< the i-th; called by many threads at once
    std::size_t concurrency = 1;                      ///< requests that are made at once, at most
};

/// What became of one request: called once for each, by the thread of that row, by many threads at once.
using Fetched = std::function<void(std::size_t index, std::size_t row, io::Result<io::Response> answer,
                                   std::chrono::nanoseconds took)>;

struct FetchReport {
    std::size_t most_at_once = 0;     ///< requests that were made at the same time
    std::size_t most_threads = 0;     ///< that made them
    std::size_t refused_threads = 0;  ///< that the system did not give
};

/// Tasks on the crew's IO threads, which are shared evenly. Throws Cancelled, as the others do; a request that is under
/// way is then dropped.
FetchReport fetch_by_tasks(backends::CrewBackend& crew, const FetchPlan& plan, const CancellationToken& cancel,
                           const Fetched& fetched);

/// A thread for each request, started for it and ended after it, `concurrency` at once, and no more than the crew's
/// threads. A connection goes from thread
/// to thread. Where the system gives no more threads, fewer run; with none at all std::system_error. Cancelled: those
/// that are under way are waited for.
FetchReport fetch_by_threads(backends::CrewBackend& crew, const FetchPlan& plan, const CancellationToken& cancel,
                             const Fetched& fetched);

/// The crew's workers, each of which waits for its request and does nothing else meanwhile. Cancelled likewise.
FetchReport fetch_by_pool(backends::CrewBackend& crew, const FetchPlan& plan, const CancellationToken& cancel,
                          const Fetched& fetched);

}  // namespace grainscope::workloads
