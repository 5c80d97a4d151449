// The same fork-join on five engines.
#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/nearest_name.h>
#include <grainscope/backends/run_on.h>
#include <grainscope/platform/clock.h>
#include <grainscope/platform/threads.h>

#include "workloads_backend_list.h"

namespace grainscope::backends {
namespace {

class BackendTest : public ::testing::TestWithParam<std::string> {
  protected:
    static std::unique_ptr<Backend> make(std::size_t threads) {
        auto backend = make_backend(GetParam(), threads);
        EXPECT_TRUE(backend.has_value()) << backend.error();
        return std::move(*backend);
    }
};

template <class Fork>
long count_leaves(Fork& fork, int depth) {
    if (depth == 0) return 1;
    long left = 0, right = 0;
    fork.join([&] { left = count_leaves(fork, depth - 1); }, [&] { right = count_leaves(fork, depth - 1); });
    return left + right;
}

TEST_P(BackendTest, RunsEveryHalfOfEveryForkOnce) {
    for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
        const auto backend = make(threads);
        long leaves = 0;
        run_on(*backend, [&](auto& fork) { leaves = count_leaves(fork, 12); });
        EXPECT_EQ(leaves, 1L << 12) << threads << " threads";
    }
}

TEST_P(BackendTest, HasTheThreadsAskedForAndOneRowEach) {
    const std::size_t expected = GetParam() == "sequential" ? 1 : 3;
    const auto backend = make(3);
    EXPECT_EQ(backend->name(), GetParam());
    EXPECT_EQ(backend->threads(), expected);
    EXPECT_EQ(backend->subject().worker_count(), expected);
}

TEST_P(BackendTest, NamesOnlyRowsThatExistAndShowsTheThreadOfEachThatWorked) {
    const auto backend = make(3);
    std::atomic<unsigned> rows_seen = 0;
    run_on(*backend, [&](auto& fork) {
        const auto look = [&] { rows_seen |= 1U << backend->worker_index(); };
        for (int i = 0; i < 200; ++i) fork.join(look, look);
    });
    EXPECT_NE(rows_seen, 0U);
    EXPECT_EQ(rows_seen >> backend->threads(), 0U);
    for (std::size_t row = 0; row < backend->threads(); ++row) {
        if ((rows_seen >> row & 1U) == 0) continue;
        const trace::WorkerReading reading = backend->subject().read_worker(row, platform::ticks());
        const bool has_ended = reading.ended && reading.ended->on_cpu_ns > 0;  // a thread of its own each time
        EXPECT_TRUE(reading.tid > 0 || has_ended) << "row " << row;
    }
}

TEST_P(BackendTest, AnExceptionCrossesTheJoinAfterBothSidesHaveEnded) {
    const auto backend = make(2);
    for (const bool first_throws : {true, false}) {
        std::atomic<bool> other_ended = false;
        const auto fail = [] { throw std::runtime_error("on purpose"); };
        const auto other = [&] { other_ended = true; };
        EXPECT_THROW(run_on(*backend,
                            [&](auto& fork) {
                                if (first_throws)
                                    fork.join(fail, other);
                                else
                                    fork.join(other, fail);
                            }),
                     std::runtime_error);
        EXPECT_TRUE(other_ended);
    }
}

TEST_P(BackendTest, TheFirstSidesExceptionIsSeenWhenBothThrow) {
    const auto backend = make(2);
    std::string seen;
    try {
        run_on(*backend, [](auto& fork) {
            fork.join([] { throw std::runtime_error("first"); }, [] { throw std::runtime_error("second"); });
        });
    } catch (const std::runtime_error& error) {
        seen = error.what();
    }
    EXPECT_EQ(seen, "first");
}

TEST_P(BackendTest, StaysUsableAfterAnException) {
    const auto backend = make(2);
    for (int i = 0; i < 20; ++i) {
        EXPECT_THROW(run_on(*backend,
                            [](auto& fork) {
                                count_leaves(fork, 4);
                                fork.join([] { throw std::logic_error("on purpose"); }, [] {});
                            }),
                     std::logic_error);
        long leaves = 0;
        run_on(*backend, [&](auto& fork) { leaves = count_leaves(fork, 6); });
        EXPECT_EQ(leaves, 64);
    }
}

INSTANTIATE_TEST_SUITE_P(Every, BackendTest, ::testing::ValuesIn(grainscope::testing::testable_backends()),
                         [](const auto& instance) { return instance.param; });

TEST(MakeBackend, ListsFiveInTheOrderOfTheDocumentation) {
    std::vector<std::string> names;
    for (const Availability& backend : all_backends()) names.push_back(backend.name);
    EXPECT_EQ(names, (std::vector<std::string>{"grainscope", "openmp", "tbb", "threads", "sequential"}));
}

TEST(MakeBackend, WithNoThreadsMeansOneACore) {
    EXPECT_EQ((*make_backend("threads", 0))->threads(), platform::usable_cores());
}

TEST(MakeBackend, AnswersAMisspeltNameWithTheNearest) {
    const auto backend = make_backend("grainscop", 1);
    ASSERT_FALSE(backend.has_value());
    EXPECT_NE(backend.error().find("did you mean \"grainscope\"?"), std::string::npos) << backend.error();
    EXPECT_NE(backend.error().find("sequential"), std::string::npos) << backend.error();
}

TEST(MakeBackend, RefusesMoreThreadsThanThereMayBe) {
    const auto backend = make_backend("threads", 1025);
    ASSERT_FALSE(backend.has_value());
    EXPECT_EQ(backend.error(), "threads must be between 0 and 1024, got 1025");
}

TEST(MakeBackend, SaysWhyABackendThatWasLeftOutIsMissing) {
    for (const Availability& backend : all_backends()) {
        const auto made = make_backend(backend.name, 1);
        EXPECT_EQ(made.has_value(), backend.missing_because.empty()) << backend.name;
        if (made) continue;
        EXPECT_NE(made.error().find(backend.missing_because), std::string::npos);
    }
}

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
    EXPECT_EQ(edit_distance("threshold", "threshold"), 0U);
    EXPECT_EQ(edit_distance("treshold", "threshold"), 1U);
    EXPECT_EQ(edit_distance("thrsehold", "threshold"), 1U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("N", "n"), 0U);
}

}  // namespace
}  // namespace grainscope::backends
