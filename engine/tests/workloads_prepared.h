// A workload as the runner drives it: values from text, data prepared, one run and its check.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/workloads/workload.h>

namespace grainscope::testing {

using Given = std::vector<std::pair<std::string, std::string>>;

inline workloads::Values values_of(const std::string& workload, const Given& given) {
    auto values = parse_values(workloads::Registry::instance().find(workload)->description, given);
    EXPECT_TRUE(values.has_value()) << values.error().message;
    return values.value_or(workloads::Values());
}

inline std::unique_ptr<workloads::Workload> prepared(const std::string& name, const Given& given,
                                                     std::uint64_t seed = 1) {
    auto workload = workloads::Registry::instance().find(name)->create();
    const auto ready = workload->prepare(values_of(name, given), seed);
    EXPECT_TRUE(ready.has_value()) << ready.error().message;
    return workload;
}

inline void expect_right_answer(workloads::Workload& workload, backends::Backend& backend,
                                workloads::RunContext& context, const std::string& what) {
    workload.reset(context);
    workload.run(backend, context);
    const auto verdict = workload.check();
    EXPECT_TRUE(verdict.has_value()) << what << ": " << verdict.error();
}

}  // namespace grainscope::testing
