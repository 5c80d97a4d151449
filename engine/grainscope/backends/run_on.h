// From a Backend chosen at run time to the code of its fork, compiled in.
#pragma once

#include <stdexcept>
#include <utility>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/grainscope_backend.h>
#include <grainscope/backends/openmp_backend.h>
#include <grainscope/backends/sequential_backend.h>
#include <grainscope/backends/tbb_backend.h>
#include <grainscope/backends/threads_backend.h>

namespace grainscope::backends {

/// Calls visitor(backend) with the backend's own type, which has a `run(body)` that calls body(fork) inside it.
template <class Visitor>
decltype(auto) visit(Backend& backend, Visitor&& visitor) {
    if (auto* ours = dynamic_cast<GrainscopeBackend*>(&backend)) return visitor(*ours);
#ifdef GRAINSCOPE_HAS_OPENMP
    if (auto* openmp = dynamic_cast<OpenMpBackend*>(&backend)) return visitor(*openmp);
#endif
#ifdef GRAINSCOPE_HAS_TBB
    if (auto* tbb = dynamic_cast<TbbBackend*>(&backend)) return visitor(*tbb);
#endif
    if (auto* threads = dynamic_cast<ThreadsBackend*>(&backend)) return visitor(*threads);
    if (auto* sequential = dynamic_cast<SequentialBackend*>(&backend)) return visitor(*sequential);
    throw std::logic_error("a backend of unknown type: backends are those of make_backend");
}

/// Runs body(fork) inside the backend, where fork.join(f, g) divides the work, and returns when it has ended. What body
/// throws crosses to the caller; the backend stays usable.
template <class Body>
void run_on(Backend& backend, Body&& body) {
    visit(backend, [&](auto& concrete) { concrete.run(body); });
}

}  // namespace grainscope::backends
