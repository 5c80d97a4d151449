// The main of test programs whose tests start helpers: this program once more.
#include <gtest/gtest.h>

#include <grainscope/workloads/helper_process.h>

int main(int argc, char** argv) {
    if (const auto status = grainscope::workloads::run_as_helper(argc, argv)) return *status;
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
