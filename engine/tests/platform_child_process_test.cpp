// A child process talks, ends, is told to end and is made to end; platform_main.cpp says what each kind of child does.
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <grainscope/platform/child_process.h>

namespace {

using namespace std::chrono_literals;
using grainscope::platform::ChildProcess;
using grainscope::platform::Descriptor;
using grainscope::platform::ProcessEnd;

ChildProcess start(std::vector<std::string> words, std::chrono::milliseconds grace = ChildProcess::usual_grace) {
    words.insert(words.begin(), "--child");
    return std::move(ChildProcess::start_again(words, grace)).value();
}

/// Whether this process has a child of that number, ended or not.
bool is_child(int pid) { return ::waitpid(pid, nullptr, WNOHANG) >= 0; }

TEST(PlatformChildProcess, AnswersWhatItIsSent) {
    ChildProcess child = start({"echo"});
    for (const char* text : {"one", "", "three words here"}) {
        ASSERT_TRUE(child.write(std::string(text) + "\n"));
        EXPECT_EQ(child.read_line(), "echo " + std::string(text));
    }
    EXPECT_EQ(child.wait(), (ProcessEnd{.status = 0, .signal = 0}));
}

TEST(PlatformChildProcess, TakesMoreThanAPipeHolds) {
    ChildProcess child = start({"echo"});
    const std::string sent(300'000, 'x');
    ASSERT_TRUE(child.write(sent + "\n"));
    EXPECT_EQ(child.read_line(), "echo " + sent);
}

TEST(PlatformChildProcess, GetsItsArgumentsAsTheyAre) {
    ChildProcess child = start({"say", "a b", "", "\"quoted\"", "\n", "rest"});
    EXPECT_EQ(child.read_line(), "a b\"quoted\"");
    EXPECT_EQ(child.read_line(), "rest");  // without the end of a line
}

TEST(PlatformChildProcess, SaysHowItEnded) {
    ChildProcess child = start({"end", "3"});
    const auto line = child.read_line();
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error(), "the child process " + std::to_string(child.pid()) + " ended with status 3");
    EXPECT_EQ(child.wait(), (ProcessEnd{.status = 3, .signal = 0}));
    EXPECT_EQ(child.wait(), (ProcessEnd{.status = 3, .signal = 0}));  // remembered
}

TEST(PlatformChildProcess, OneThatWasKilledIsAnErrorOfBothPipes) {
    ChildProcess child = start({"echo"});
    ASSERT_TRUE(child.write("here\n"));
    ASSERT_TRUE(child.read_line());
    child.kill();
    const auto line = child.read_line();
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error(), "the child process " + std::to_string(child.pid()) + " was ended by signal 9 (Killed)");
    EXPECT_FALSE(child.write("anybody?\n"));
}

TEST(PlatformChildProcess, WritingToADeadChildRaisesNoSignal) {
    ASSERT_NE(std::signal(SIGPIPE, SIG_DFL), SIG_ERR);
    ChildProcess child = start({"end", "0"});
    ASSERT_FALSE(child.read_line());
    EXPECT_FALSE(child.write("anybody?\n"));
    ChildProcess other = start({"echo"});
    other.kill();
    while (other.write("x\n")) {
    }
    EXPECT_EQ(other.wait().signal, SIGKILL);
}

TEST(PlatformChildProcess, EndsByItselfWhenItsOwnerGoes) {
    int pid = 0;
    {
        ChildProcess child = start({"echo"}, std::chrono::hours(1));  // a kill would come too late
        ASSERT_TRUE(child.write("here\n"));
        ASSERT_TRUE(child.read_line());
        pid = child.pid();
        EXPECT_TRUE(is_child(pid));
    }
    EXPECT_FALSE(is_child(pid));
}

TEST(PlatformChildProcess, OneThatDoesNotHeedItsSignIsKilledAfterTheGracePeriod) {
    Descriptor watch;
    {
        ChildProcess child = start({"stay"}, 10ms);
        ASSERT_EQ(child.read_line(), "staying");
        watch = grainscope::platform::watch_process(child.pid());
        pollfd end{.fd = watch.get(), .events = POLLIN, .revents = 0};
        EXPECT_EQ(::poll(&end, 1, 0), 0);
    }
    pollfd end{.fd = watch.get(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&end, 1, 0), 1);
}

TEST(PlatformChildProcess, MovesWithItsPipes) {
    ChildProcess first = start({"echo"});
    ChildProcess second = start({"echo"});
    const int pid = first.pid();
    const int replaced = second.pid();
    second = std::move(first);
    EXPECT_EQ(second.pid(), pid);
    EXPECT_FALSE(is_child(replaced));
    ASSERT_TRUE(second.write("moved\n"));
    EXPECT_EQ(second.read_line(), "echo moved");
}

TEST(PlatformChildProcess, InheritsNoOtherOpenFile) {
    const Descriptor inheritable(::open("/dev/null", O_RDONLY));
    ASSERT_TRUE(inheritable.is_open());
    ChildProcess sibling = start({"echo"});
    ChildProcess child = start({"descriptors"});
    EXPECT_EQ(child.read_line(), "open:");
}

TEST(PlatformChildProcess, AClosedInputTakesNothing) {
    ChildProcess child = start({"echo"});
    child.close_input();
    EXPECT_FALSE(child.write("x"));
    EXPECT_FALSE(child.read_line());
    EXPECT_EQ(child.wait().status, 0);
}

}  // namespace
