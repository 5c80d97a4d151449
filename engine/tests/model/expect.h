// A case as a GoogleTest expectation.
#pragma once

#include <chrono>
#include <cstdio>

#include <gtest/gtest.h>

#include "model/explore.h"

namespace grainscope::model {

/// AddressSanitizer makes a schedule fifty times as slow: there it gets fewer of them.
[[nodiscard]] constexpr Options scaled(Options options) {
#if defined(__SANITIZE_ADDRESS__)
    options.preemptions = options.preemptions > 1 ? 1 : options.preemptions;
    options.stale_reads = options.stale_reads > 1 ? 1 : options.stale_reads;
#endif
    return options;
}

/// Explores the case to its end and expects that nothing goes wrong. Prints and returns the number of schedules.
inline std::uint64_t expect_holds(const Case& body, const Options& options = {}) {
    const auto began = std::chrono::steady_clock::now();
    const Outcome outcome = explore(body, options);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
    std::printf("    %llu schedules, %llu cut short, %.0f ms\n", static_cast<unsigned long long>(outcome.schedules),
                static_cast<unsigned long long>(outcome.pruned), took.count());
    ::testing::Test::RecordProperty("schedules", std::to_string(outcome.schedules));
    EXPECT_FALSE(outcome.failed) << outcome.failure << "\nschedule " << outcome.schedule << '\n' << outcome.trace;
    EXPECT_TRUE(outcome.failed || outcome.complete) << "more schedules than " << options.most_schedules;
    return outcome.schedules;
}

/// Explores the case, expects a failure whose description contains `what`, and that the schedule leads there again.
inline Outcome expect_fails(const Case& body, const std::string& what, const Options& options = {}) {
    const Outcome outcome = explore(body, options);
    std::printf("    found after %llu schedules: %s\n    schedule %s\n",
                static_cast<unsigned long long>(outcome.schedules), outcome.failure.c_str(), outcome.schedule.c_str());
    EXPECT_TRUE(outcome.failed) << "nothing found in " << outcome.schedules << " schedules";
    EXPECT_NE(outcome.failure.find(what), std::string::npos) << outcome.failure << '\n' << outcome.trace;
    if (outcome.failed) {
        const Outcome again = replay(body, outcome.schedule, options);
        EXPECT_TRUE(again.failed);
        EXPECT_EQ(again.failure, outcome.failure);
        EXPECT_EQ(again.trace, outcome.trace);
    }
    return outcome;
}

}  // namespace grainscope::model
