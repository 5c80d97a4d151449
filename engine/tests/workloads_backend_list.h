// Which backends a test program may run.
#pragma once

#include <string>
#include <vector>

#include <grainscope/backends/backend.h>

namespace grainscope::testing {

/// Every backend of this build. Under ThreadSanitizer those of our own: libgomp and oneTBB synchronise in libraries
/// that it does not see into, and all that crosses them is reported as a race.
inline std::vector<std::string> testable_backends() {
    std::vector<std::string> names;
    for (const backends::Availability& backend : backends::all_backends()) {
        if (!backend.missing_because.empty()) continue;
#ifdef __SANITIZE_THREAD__
        if (backend.name == "openmp" || backend.name == "tbb") continue;
#endif
        names.push_back(backend.name);
    }
    return names;
}

}  // namespace grainscope::testing
