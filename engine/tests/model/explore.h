// Runs a case under every schedule within its bounds.
#pragma once

#include <cstdint>
#include <string>

#include "model/execution.h"

namespace grainscope::model {

struct Outcome {
    bool failed = false;
    bool complete = false;        ///< every schedule within the bounds was run
    std::string failure;          ///< what went wrong first
    std::string schedule;         ///< for replay()
    std::string trace;            ///< the failing execution, a line a step: thread, place, operation
    std::uint64_t schedules = 0;  ///< executions that ran to their end
    std::uint64_t pruned = 0;     ///< executions cut short because another had been there
    std::uint64_t steps = 0;
};

/// With few preemptions first, so that a failure is found on one of the shortest ways to it. Ends at the first failure.
[[nodiscard]] Outcome explore(const Case& body, const Options& options = {});

/// One execution again. `options` and `schedule` as they were in explore().
[[nodiscard]] Outcome replay(const Case& body, const std::string& schedule, const Options& options = {});

/// Fails the execution that the caller is part of.
inline void check(bool holds, const char* what, Where where = Where::current()) noexcept {
    if (!holds) fail(what, where);
}

}  // namespace grainscope::model
