// Tasks: what starts them, what they give, and how deep and how long they may go.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/io/io.h>

namespace {

using namespace std::chrono_literals;
namespace io = grainscope::io;

io::Task<int> number(int n) { co_return n; }
io::Task<int> later(int n) {
    co_await io::yield_now();
    co_return n;
}
io::Task<> fail(const char* why) {
    co_await io::yield_now();
    throw std::runtime_error(why);
}

TEST(IoTask, GivesItsValue) {
    io::Runtime runtime;
    EXPECT_EQ(runtime.block_on(number(42)), 42);
    EXPECT_EQ(runtime.block_on(later(43)), 43);
}

TEST(IoTask, MayGiveWhatOnlyMoves) {
    io::Runtime runtime;
    const auto make = []() -> io::Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    EXPECT_EQ(*runtime.block_on(make()), 7);
}

TEST(IoTask, RunsOnlyWhenItIsAwaited) {
    bool ran = false;
    const auto mark = [](bool& flag) -> io::Task<> {
        flag = true;
        co_return;
    };
    {
        const io::Task<> never = mark(ran);
        EXPECT_TRUE(never);
    }
    EXPECT_FALSE(ran);
    io::Runtime().block_on(mark(ran));
    EXPECT_TRUE(ran);
}

TEST(IoTask, HandsItsExceptionToWhoeverAwaitsIt) {
    io::Runtime runtime;
    const auto outer = []() -> io::Task<std::string> {
        try {
            co_await fail("inner");
        } catch (const std::runtime_error& error) {
            co_return std::string("caught ") + error.what();
        }
        co_return "nothing";
    };
    EXPECT_EQ(runtime.block_on(outer()), "caught inner");
    EXPECT_THROW(runtime.block_on(fail("out")), std::runtime_error);
    EXPECT_EQ(runtime.block_on(number(1)), 1);  // the runtime is as good as before
}

TEST(IoTask, AwaitedTwiceOrEmptyIsALogicError) {
    io::Runtime runtime;
    const auto twice = []() -> io::Task<> {
        io::Task<int> task = number(1);
        (void)co_await std::move(task);
        (void)co_await std::move(task);
    };
    EXPECT_THROW(runtime.block_on(twice()), std::logic_error);
    EXPECT_THROW(runtime.block_on(io::Task<int>()), std::logic_error);
    io::Task<int> moved = number(2);
    const io::Task<int> target = std::move(moved);
    EXPECT_FALSE(moved);  // NOLINT: what a moved-from task says
    EXPECT_TRUE(target);
}

TEST(IoTask, AMillionTasksThatEndAtOnceNeedNoStack) {
    io::Runtime runtime;
    const auto loop = []() -> io::Task<long> {
        long sum = 0;
        for (int i = 0; i < 1'000'000; ++i) sum += co_await number(i);
        co_return sum;
    };
    EXPECT_EQ(runtime.block_on(loop()), 499'999'500'000);
}

io::Task<int> nested(int depth) {
    if (depth == 0) {
        co_await io::yield_now();
        co_return 0;
    }
    co_return 1 + co_await nested(depth - 1);
}

TEST(IoTask, AHundredThousandTasksInsideOneAnotherNeedNoStack) {
    io::Runtime runtime;
    EXPECT_EQ(runtime.block_on(nested(100'000)), 100'000);
}

TEST(IoTask, StaysOnItsThread) {
    io::Runtime runtime({.io_threads = 3});
    const auto same = []() -> io::Task<bool> {
        const auto thread = std::this_thread::get_id();
        co_await io::sleep_for(1ms);
        co_await io::yield_now();
        (void)co_await io::spawn_blocking(std::this_thread::get_id);
        co_return thread == std::this_thread::get_id();
    };
    for (int i = 0; i < 6; ++i) EXPECT_TRUE(runtime.block_on(same()));
}

TEST(IoJoinAll, GivesAllResultsInTheirOrder) {
    io::Runtime runtime;
    std::vector<io::Task<int>> tasks;
    for (int i = 0; i < 1000; ++i) tasks.push_back(i % 3 == 0 ? number(i) : later(i));
    const std::vector<int> results = runtime.block_on(io::join_all(std::move(tasks)));
    ASSERT_EQ(results.size(), 1000U);
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], i);
    EXPECT_TRUE(runtime.block_on(io::join_all(std::vector<io::Task<int>>())).empty());
}

TEST(IoJoinAll, RunsTasksSideBySide) {
    io::Runtime runtime;
    // Each waits until all have begun: one after the other they would never end.
    const auto meet = [](int& begun, int n) -> io::Task<> {
        ++begun;
        while (begun < n) co_await io::yield_now();
    };
    int begun = 0;
    std::vector<io::Task<>> tasks;
    for (int i = 0; i < 100; ++i) tasks.push_back(meet(begun, 100));
    runtime.block_on(io::join_all(std::move(tasks)));
    EXPECT_EQ(begun, 100);
}

TEST(IoJoinAll, RunsNoMoreAtOnceThanAsked) {
    io::Runtime runtime;
    struct Count {
        int now = 0, most = 0;
    } count;
    const auto work = [](Count& c, int turns) -> io::Task<> {
        c.most = std::max(c.most, ++c.now);
        for (int i = 0; i < turns; ++i) co_await io::yield_now();
        --c.now;
    };
    for (const std::size_t at_once : {1, 2, 7}) {
        count = {};
        std::vector<io::Task<>> tasks;
        for (int i = 0; i < 50; ++i) tasks.push_back(work(count, i % 4));
        runtime.block_on(io::join_all(std::move(tasks), at_once));
        EXPECT_EQ(count.most, static_cast<int>(at_once));
        EXPECT_EQ(count.now, 0);
    }
    EXPECT_THROW(runtime.block_on(io::join_all(std::vector<io::Task<>>(), 0)), std::invalid_argument);
}

TEST(IoJoinAll, OneThatThrowsCancelsTheOthersAndIsWhatComesOut) {
    io::Runtime runtime;
    int unwound = 0;
    const auto wait = [](int& n) -> io::Task<> {
        try {
            co_await io::sleep_for(1h);
        } catch (const grainscope::Cancelled&) {
            ++n;
            throw;
        }
    };
    std::vector<io::Task<>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(wait(unwound));
    tasks.push_back(fail("the eleventh"));
    try {
        runtime.block_on(io::join_all(std::move(tasks)));
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "the eleventh");
    }
    EXPECT_EQ(unwound, 10);
}

TEST(IoJoinAll, TasksThatWereNotBegunWhenOneFailsNeverRun) {
    io::Runtime runtime;
    int ran = 0;
    const auto count = [](int& n) -> io::Task<> {
        ++n;
        co_return;
    };
    std::vector<io::Task<>> tasks;
    tasks.push_back(fail("first"));
    for (int i = 0; i < 10; ++i) tasks.push_back(count(ran));
    EXPECT_THROW(runtime.block_on(io::join_all(std::move(tasks), 1)), std::runtime_error);
    EXPECT_EQ(ran, 0);
}

TEST(IoJoin, GivesATupleOfDifferentResults) {
    io::Runtime runtime;
    const auto word = []() -> io::Task<std::string> { co_return "word"; };
    const auto nothing = []() -> io::Task<> { co_await io::yield_now(); };
    const auto [n, s, none] = runtime.block_on(io::join(later(5), word(), nothing()));
    EXPECT_EQ(n, 5);
    EXPECT_EQ(s, "word");
    EXPECT_EQ(none, std::monostate());
}

}  // namespace
