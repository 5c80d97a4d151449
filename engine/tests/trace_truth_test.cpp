// What a recording of a real pool says, against what the pool and the kernel say.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include <unistd.h>

#include <grainscope/platform/thread_times.h>
#include <grainscope/runtime/runtime.h>
#include <grainscope/trace/analysis.h>
#include <grainscope/trace/collector.h>
#include <grainscope/trace/stream_reader.h>
#include <grainscope/trace/task_tree.h>
#include <grainscope/trace/worker_meter.h>

namespace grainscope::trace {
namespace {

using namespace std::chrono_literals;

void burn_cpu(std::chrono::nanoseconds amount) {
    const std::uint64_t until = platform::thread_cpu_ns() + static_cast<std::uint64_t>(amount.count());
    while (platform::thread_cpu_ns() < until) {
    }
}

/// A tree of 2^depth leaves, each of which works a while.
void tree(int depth, std::chrono::nanoseconds leaf) {
    if (depth == 0) {
        burn_cpu(leaf);
        return;
    }
    join([&] { tree(depth - 1, leaf); }, [&] { tree(depth - 1, leaf); });
}

/// Records one sample of `work` on a pool.
template <class Work>
Recording record(ThreadPool& pool, Level level, Work work) {
    std::FILE* const file = std::tmpfile();
    StreamWriter writer;
    writer.add_sink(platform::ByteSink::adopt(::dup(::fileno(file)), "a temporary file"));
    {
        Collector collector(writer, {.subject = &pool.trace_subject(), .level = level});
        collector.begin_phase(PhaseKind::sample, 0);
        work();
        collector.end_phase(PhaseKind::sample, 0);
        collector.stop(true);
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(writer.bytes()));
    EXPECT_EQ(::pread(::fileno(file), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    std::fclose(file);
    StreamReader reader;
    EXPECT_TRUE(reader.feed(bytes));
    EXPECT_TRUE(reader.recording().complete);
    return std::move(reader).take();
}

TEST(Truth, ThereAreExactlyAsManyStealMarksAsTheCountersHaveSteals) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(4).build();
    for (const Level level : {Level::states, Level::tasks}) {
        const Recording recording = record(pool, level, [&] {
            for (int i = 0; i < 20; ++i) pool.install([] { tree(6, 20us); });
        });
        ASSERT_EQ(recording.dropped_events, 0U);
        std::uint64_t steals = 0;
        for (const WorkerTrack& track : recording.workers) {
            EXPECT_EQ(track.steals.size(), track.samples.back().counters->steals);
            steals += track.steals.size();
        }
        EXPECT_GT(steals, 0U) << "four workers, and nobody stole anything";
    }
}

TEST(Truth, ThirtyPercentBusyIsWhatTheStatesAndTheKernelSay) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(1).build();
    WorkerMeter meter(pool.trace_subject());
    pool.install([] {});
    const MeterReading before = meter.read();
    for (int i = 0; i < 10; ++i) {
        pool.install([] { burn_cpu(30ms); });
        std::this_thread::sleep_for(70ms);  // the known workload's waiting, nothing the test waits for
    }
    const MeterReading after = meter.read();
    const WorkerTimes times = times_between(before, after)[0];
    ASSERT_TRUE(times.busy_ns && times.parked_ns && times.searching_ns && times.on_cpu_ns && times.descheduled_ns);
    const auto ns = [](const auto& value) { return static_cast<double>(*value); };
    const double elapsed = static_cast<double>(after.clock.monotonic_ns - before.clock.monotonic_ns);
    const double hundredth = elapsed / 100;
    // What the program calls work or search is on a core, or waits for one on a machine that is busy with other things.
    const double active = ns(times.busy_ns) + ns(times.searching_ns);
    EXPECT_GE(active, ns(times.on_cpu_ns) - hundredth);
    EXPECT_LE(active, ns(times.on_cpu_ns) + ns(times.descheduled_ns) + hundredth);
    EXPECT_GE(ns(times.busy_ns), 10 * 30e6 - hundredth);
    EXPECT_NEAR(active + ns(times.parked_ns), elapsed, hundredth);
}

TEST(Truth, AWaitThatIsNotMarkedIsSleepAndAMarkedOneIsIo) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(1).build();
    constexpr Nanoseconds work = 20'000'000, wait = 20'000'000;
    const auto waits = [] { std::this_thread::sleep_for(20ms); };  // the known workload
    for (const bool marked : {false, true}) {
        const Recording recording = record(pool, Level::states, [&] {
            pool.install([&] {
                burn_cpu(20ms);
                marked ? blocked(State::blocked_io, waits) : waits();
            });
        });
        const Analysis analysis = analyze(recording);
        ASSERT_TRUE(analysis.asleep_while_busy && analysis.blocked.io && analysis.busy && analysis.idle.descheduled);
        const Nanoseconds hundredth = analysis.elapsed / 100;
        if (marked) {
            EXPECT_GE(*analysis.blocked.io, wait - hundredth);
            EXPECT_LE(*analysis.asleep_while_busy, hundredth);
        } else {
            // Ready to run may have been before it was busy: that much of its sleep is not told from it.
            EXPECT_GE(*analysis.asleep_while_busy + *analysis.idle.descheduled, wait - hundredth);
            EXPECT_LE(*analysis.asleep_while_busy, *analysis.busy - work + hundredth);
            EXPECT_EQ(*analysis.blocked.io, 0);
        }
    }
}

TEST(Truth, TheTreeOfOneWorkerHasAllItsTimeAsWork) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(1).build();
    const Recording recording = record(pool, Level::tasks, [&] { pool.install([] { tree(5, 200us); }); });
    const Analysis analysis = analyze(recording);
    ASSERT_TRUE(analysis.work && analysis.span && analysis.busy);
    constexpr Nanoseconds leaf = 200'000;
    EXPECT_GE(*analysis.work, 32 * leaf);
    EXPECT_LE(*analysis.work, *analysis.busy + leaf);
    // A leaf may have waited for a core, so its length is taken from the recording.
    Nanoseconds leaves = 0, longest_leaf = 0;
    for (const TaskSpan& task : recording.workers[0].tasks) {
        if ((task.flags & task_is_leaf) == 0) continue;
        leaves += task.end - task.begin;
        longest_leaf = std::max(longest_leaf, task.end - task.begin);
    }
    EXPECT_GE(*analysis.span, longest_leaf);
    EXPECT_LE(*analysis.span, longest_leaf + (*analysis.work - leaves)) << "all leaves are parallel to one another";
    EXPECT_GE(*analysis.burdened_span, *analysis.span + fork_burden_ns);
}

TEST(Truth, TheTreeIsWholeWhoeverStoleWhat) {
    ThreadPool pool = ThreadPoolBuilder().num_threads(4).build();
    const Recording recording = record(pool, Level::tasks, [&] {
        pool.install([] {
            scope([](Scope& s) {
                for (int i = 0; i < 8; ++i) s.spawn([](Scope&) { tree(4, 50us); });
            });
        });
    });
    const Analysis analysis = analyze(recording);
    ASSERT_EQ(recording.dropped_events, 0U);
    ASSERT_TRUE(analysis.work && analysis.span);
    EXPECT_GE(*analysis.work, 8 * 16 * 50'000);
    EXPECT_LE(*analysis.span, *analysis.work);
}

}  // namespace
}  // namespace grainscope::trace
