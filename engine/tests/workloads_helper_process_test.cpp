// Parts of the program that run in a process of their own: they are found, talk, and never stay behind.
#include <csignal>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include <grainscope/platform/descriptor.h>
#include <grainscope/workloads/helper_process.h>

namespace grainscope::workloads {
namespace {

/// Adds its argument to each line; ends when its input does.
int tagging_main(std::span<const std::string> arguments) {
    for (std::string line; std::getline(std::cin, line);) std::cout << arguments.front() << ' ' << line << std::endl;
    return 0;
}
const HelperRegistration tagging{{"test-tagging", tagging_main}};

/// Has a helper of its own, says its number, and waits for its input's end.
int parent_main(std::span<const std::string>) {
    auto child = start_helper("test-tagging", {"grandchild"}, std::chrono::hours(1));
    std::cout << (child ? std::to_string(child->pid()) : child.error()) << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
    }
    return 0;
}
const HelperRegistration parent{{"test-parent", parent_main}};

int throwing_main(std::span<const std::string>) { throw std::runtime_error("as the test wants it"); }
const HelperRegistration throwing{{"test-throwing", throwing_main}};

int interrupted_main(std::span<const std::string>) {
    std::raise(SIGINT);
    std::cout << "still here" << std::endl;
    return 0;
}
const HelperRegistration interrupted{{"test-interrupted", interrupted_main}};

/// Until the process of that descriptor has ended.
void wait_for_end(const platform::Descriptor& process) {
    pollfd end{.fd = process.get(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&end, 1, -1), 1);
}

TEST(WorkloadsHelperProcess, TalksToItsParent) {
    auto helper = start_helper("test-tagging", {"tag"});
    ASSERT_TRUE(helper) << helper.error();
    ASSERT_TRUE(helper->write("first\nsecond\n"));
    EXPECT_EQ(helper->read_line(), "tag first");
    EXPECT_EQ(helper->read_line(), "tag second");
    EXPECT_EQ(helper->wait().status, 0);
}

TEST(WorkloadsHelperProcess, OneThatIsKilledIsToldInOneLine) {
    auto helper = start_helper("test-tagging", {"tag"});
    ASSERT_TRUE(helper) << helper.error();
    helper->kill();
    const auto line = helper->read_line();
    ASSERT_FALSE(line);
    EXPECT_NE(line.error().find("signal 9"), std::string::npos) << line.error();
    EXPECT_EQ(line.error().find('\n'), std::string::npos);
}

TEST(WorkloadsHelperProcess, EndsWithItsHandle) {
    int pid = 0;
    {
        auto helper = start_helper("test-tagging", {"tag"}, std::chrono::hours(1));
        ASSERT_TRUE(helper) << helper.error();
        pid = helper->pid();
    }
    EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1);
}

TEST(WorkloadsHelperProcess, AnUnknownRoleIsOneClearLine) {
    const auto helper = start_helper("test-taging");
    ASSERT_FALSE(helper);
    EXPECT_NE(helper.error().find("\"test-taging\""), std::string::npos) << helper.error();
    EXPECT_NE(helper.error().find("test-tagging"), std::string::npos) << helper.error();
    EXPECT_EQ(helper.error().find('\n'), std::string::npos);
    auto started = platform::ChildProcess::start_again(std::vector<std::string>{"--helper", "test-taging"});
    ASSERT_TRUE(started);
    EXPECT_EQ(started->wait().status, 2);
}

TEST(WorkloadsHelperProcess, OneWhoseParentWasKilledEnds) {
    auto middle = start_helper("test-parent");
    ASSERT_TRUE(middle) << middle.error();
    const auto number = middle->read_line();
    ASSERT_TRUE(number) << number.error();
    const platform::Descriptor grandchild = platform::watch_process(std::stoi(*number));
    ASSERT_TRUE(grandchild.is_open());
    middle->kill();
    wait_for_end(grandchild);
    EXPECT_EQ(middle->wait().signal, SIGKILL);
}

TEST(WorkloadsHelperProcess, AnExceptionIsAStatus) {
    auto helper = start_helper("test-throwing");
    ASSERT_TRUE(helper) << helper.error();
    EXPECT_EQ(helper->wait().status, 1);
}

TEST(WorkloadsHelperProcess, IsNotInterruptedByTheTerminal) {
    auto helper = start_helper("test-interrupted");
    ASSERT_TRUE(helper) << helper.error();
    EXPECT_EQ(helper->read_line(), "still here");
}

TEST(WorkloadsHelperProcess, NamesAreUnique) {
    EXPECT_THROW(HelperRegistration({"test-tagging", tagging_main}), std::logic_error);
}

}  // namespace
}  // namespace grainscope::workloads
