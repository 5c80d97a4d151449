#include <grainscope/study/advice.h>

#include <algorithm>

#include <fmt/format.h>

#include <grainscope/study/advice_evidence.h>
#include <grainscope/study/cost_growth.h>
#include <grainscope/trace/analysis.h>

namespace grainscope::study {
namespace {

using detail::Known;
using detail::Shares;
using detail::tells_kernel_times;
using detail::tells_states;
using trace::Nanoseconds;
using trace::Recording;

// -- what decides -----------------------------------------------------------------------------------------------------

/// A dozen time slices of the kernel (4 ms): one that another program takes does not decide.
constexpr Nanoseconds shortest_measured = 50'000'000;
/// What takes more than this of the workers' time is more than all the rest together.
constexpr double dominant = 0.5;
/// Of two things that take the time, the smaller counts from a fifth on: to be rid of it makes the run faster by a
/// quarter, which is worth a second tool. Of the cores, four fifths are all of them.
constexpr double notable = 0.2;
/// Of what more threads could bring, the share that growing CPU time takes away. Half: each further thread is worth
/// less than half a thread, which no fall of the clock explains (1.33 times the CPU time on two threads, 1.78 on
/// eight).
constexpr double memory_bound_loss = 0.5;
/// A quarter (1.14 times on two threads, 1.28 on eight): above what two recordings of the same program differ by.
constexpr double memory_felt_loss = 0.25;
/// Nearly everything: further threads bring nothing.
constexpr double nothing_gained_loss = 0.9;

/// The growth of CPU time at which `loss` of what the further threads could bring is gone: they make the run
/// r / growth times as fast, and r = many / few is what they could.
double growth_of_loss(const CostGrowth& cost, double loss) {
    const double ratio = static_cast<double>(cost.many) / static_cast<double>(cost.few);
    return ratio / (1 + (1 - loss) * (ratio - 1));
}

// -- the sentences ----------------------------------------------------------------------------------------------------

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string threads(std::size_t count) { return fmt::format("{} {}", count, count == 1 ? "thread" : "threads"); }

/// "workers computed 97.1 % of their time and waited for IO 0.0 %", and what else is worth naming.
std::string what_they_did(const Shares& shares) {
    const double without_core = std::min(shares.descheduled, shares.computing);
    std::string text = fmt::format("workers computed {} of their time", percent(shares.computing));
    if (without_core >= notable) text += fmt::format(" (up to {} while others had their cores)", percent(without_core));
    text += fmt::format(" and waited for IO {}", percent(shares.waiting_for_io()));
    if (shares.starved() >= notable) text += fmt::format(", and had nothing to do {}", percent(shares.starved()));
    if (shares.blocked() >= notable) text += fmt::format(", and waited for one another {}", percent(shares.blocked()));
    return text;
}

Advice unknown(std::string because, std::string missing) {
    return {.kind = {},
            .sentence = std::move(because),
            .tool = {},
            .confidence = {},
            .evidence = {},
            .missing = std::move(missing)};
}

Advice judged(WorkKind kind, Tool tool, std::string sentence) {
    return {.kind = kind,
            .sentence = std::move(sentence),
            .tool = tool,
            .confidence = Confidence::sure,
            .evidence = {},
            .missing = {}};
}

void add_doubt(Advice& advice, const std::string& sentence) {
    advice.confidence = Confidence::likely;
    advice.missing += (advice.missing.empty() ? "" : " ") + sentence;
}

constexpr const char* unmarked_waits =
    "Busy workers slept in calls that are not marked: that they wait for IO, and not for a lock or a timer, a "
    "recording tells once they are wrapped in grainscope::blocked(trace::State::blocked_io, …).";

void doubt_unmarked_waits(Advice& advice, const Shares& shares) {
    if (shares.asleep > shares.io) add_doubt(advice, unmarked_waits);
}

// -- computing, or waiting for memory ---------------------------------------------------------------------------------

std::string cpu_time_of(const CostGrowth& cost) {
    return fmt::format("the same work takes at least {:.2f} times the CPU time on {} that it takes on {}", cost.growth,
                       threads(cost.many), threads(cost.few));
}

Advice memory_bound(const CostGrowth& cost) {
    const bool nothing = cost.interval->low > growth_of_loss(cost, nothing_gained_loss);
    Advice advice = judged(
        WorkKind::memory_bound, Tool::fewer_threads,
        fmt::format("Memory-bound: {}, and {} are {:.2f} times as fast: more threads {}, their cores wait for the same "
                    "memory; fewer bytes an item, or lines that only one thread writes, will.",
                    cpu_time_of(cost), threads(cost.many), cost.speedup,
                    nothing ? "will not help" : "will help little"));
    add_doubt(advice, fmt::format("Cores that are slower together for another reason look alike: record pure computing "
                                  "(fib) on {} and {} too, whose CPU time should not grow.",
                                  threads(cost.few), threads(cost.many)));
    return advice;
}

Advice computes_and_waits_for_memory(const Shares& shares, const CostGrowth& cost) {
    Advice advice = judged(
        WorkKind::mixed, Tool::parallel_iterators,
        fmt::format(
            "Mixed: {}, but {}, and {} are {:.2f} times as fast: parallel iterators or join on the work-stealing "
            "pool fit, and what each further thread brings falls until an item touches fewer bytes.",
            what_they_did(shares), cpu_time_of(cost), threads(cost.many), cost.speedup));
    add_doubt(advice,
              "A clock that falls when more cores work looks alike: record pure computing (fib) on the same "
              "numbers of threads too, whose CPU time should not grow.");
    return advice;
}

Advice cpu_bound(const Known& known) {
    return judged(WorkKind::cpu_bound, Tool::parallel_iterators,
                  fmt::format("CPU-bound: {}: parallel iterators or join on the work-stealing pool fit.",
                              what_they_did(known.shares)));
}

void doubt_without_other(Advice& advice, const Known& known) {
    add_doubt(advice, fmt::format("Whether the cores compute or wait for memory, recordings with different numbers of "
                                  "threads tell: record the same on {} as well (grainscope analyze FILE --with OTHER).",
                                  known.run.threads.value_or(1) == 1 ? "2 threads" : "1 thread"));
}

/// There are more workers than cores, and what each of them does hides that the cores have no time left.
Advice full_cores(const Known& known) {
    Advice advice = judged(
        WorkKind::cpu_bound, Tool::parallel_iterators,
        fmt::format("CPU-bound: {:.0f} workers kept {:.2f} of {} cores computing, each {} of its time: parallel "
                    "iterators or join on the work-stealing pool fit, with one thread a core.",
                    known.workers, known.computing_cores, *known.run.logical_cores, percent(known.shares.computing)));
    doubt_without_other(advice, known);
    return advice;
}

Advice does_not_wait_for_memory(const Known& known) {
    const CostGrowth& cost = *known.cost;
    Advice advice =
        judged(WorkKind::cpu_bound, Tool::parallel_iterators,
               fmt::format("CPU-bound: {}, and the same work takes no more than {:.2f} times the CPU time on {} "
                           "that it takes on {}: parallel iterators or join on the work-stealing pool fit.",
                           what_they_did(known.shares), cost.interval->high, threads(cost.many), threads(cost.few)));
    if (cost.cores_at_once < (1 - notable) * static_cast<double>(cost.many))
        add_doubt(advice, fmt::format("On {}, {:.2f} cores computed at once on average: whether more would wait for "
                                      "memory, a recording with more work to share tells.",
                                      threads(cost.many), cost.cores_at_once));
    return advice;
}

/// The CPU time decides what computing is, where there is another recording to hold against.
Advice judge_computing(const Known& known) {
    if (!known.cost) {
        Advice advice = cpu_bound(known);
        doubt_without_other(advice, known);
        return advice;
    }
    const CostGrowth& cost = *known.cost;
    const double felt = growth_of_loss(cost, memory_felt_loss);
    if (!cost.interval) {
        Advice advice = cpu_bound(known);
        add_doubt(
            advice,
            "Whether it waits for memory, fewer than three samples do not tell: record both with --reps 3 or more.");
        return advice;
    }
    if (cost.without_core >= notable) {
        Advice advice = cpu_bound(known);
        add_doubt(
            advice,
            fmt::format("Whether it waits for memory is open: others had the cores for {} of the workers' time in "
                        "one of the recordings; record both on a machine with nothing else to do, with no more "
                        "threads than cores.",
                        percent(cost.without_core)));
        return advice;
    }
    if (cost.interval->high < felt) return does_not_wait_for_memory(known);
    if (cost.interval->low <= felt) {
        Advice advice = cpu_bound(known);
        add_doubt(
            advice,
            fmt::format("Whether it waits for memory is open: on {} the same work takes {:.2f} to {:.2f} times "
                        "the CPU time that it takes on {}; more samples (--reps), or a quieter machine, narrow it.",
                        threads(cost.many), cost.interval->low, cost.interval->high, threads(cost.few)));
        return advice;
    }
    if (!cost.cores_suffice) {
        Advice advice = cpu_bound(known);
        add_doubt(advice,
                  fmt::format("{} is more than the processor is known to have whole cores for, and threads that share "
                              "one look as if they waited for memory (at least {:.2f} times the CPU time): record it "
                              "with fewer threads.",
                              threads(cost.many), cost.growth));
        return advice;
    }
    if (cost.interval->low > growth_of_loss(cost, memory_bound_loss)) return memory_bound(cost);
    return computes_and_waits_for_memory(known.shares, cost);
}

// -- the other kinds --------------------------------------------------------------------------------------------------

Advice io_bound(const Shares& shares) {
    Advice advice =
        judged(WorkKind::io_bound, Tool::async_tasks,
               fmt::format("IO-bound: {}: asynchronous tasks (io::Task with io::join_all) fit, many waits on "
                           "few threads.",
                           what_they_did(shares)));
    doubt_unmarked_waits(advice, shares);
    return advice;
}

Advice computes_and_waits_for_io(const Shares& shares) {
    Advice advice =
        judged(WorkKind::mixed, Tool::spawn_blocking,
               fmt::format("Mixed: {}: asynchronous tasks fit for the waits, with io::spawn_blocking or the "
                           "work-stealing pool for the computing.",
                           what_they_did(shares)));
    doubt_unmarked_waits(advice, shares);
    return advice;
}

/// Whether waiting for IO is at least so large a part of what the workers did when they had something to do.
bool io_is(double part, const Shares& shares) { return shares.waiting_for_io() >= part * shares.active(); }

Advice starved(const Known& known) {
    const Shares& shares = known.shares;
    const bool waits = shares.active() > 0 && io_is(dominant, shares);
    Advice advice = judged(
        WorkKind::starved, waits ? Tool::async_tasks : Tool::more_tasks,
        fmt::format("Starved: workers had nothing to do {} of their time, and {:.2f} of {:.0f} computed or waited for "
                    "IO on average: {}.",
                    percent(shares.starved()), known.active_workers, known.workers,
                    waits ? "asynchronous tasks (io::Task with io::join_all) fit, to wait for more at once"
                          : "a smaller grain, or more of the work made parallel, comes before any tool"));
    if (waits) doubt_unmarked_waits(advice, shares);
    if (known.active_workers < 1 - notable)
        add_doubt(advice,
                  fmt::format("For at least {} of the time no worker did anything: what ran or waited outside the "
                              "pool, the recording does not hold.",
                              percent(1 - known.active_workers)));
    return advice;
}

Advice blocked(const Shares& shares) {
    const bool at_channels = shares.channel >= shares.lock;
    return judged(
        WorkKind::blocked, Tool::shorter_waits,
        fmt::format("Blocked: workers waited for one another {} of their time at channels and {} at locks: {}.",
                    percent(shares.channel), percent(shares.lock),
                    at_channels ? "more workers for the slowest stage or larger channels help, more threads "
                                  "elsewhere do not"
                                : "locks that are split or held for a shorter time help, more threads do not"));
}

/// A backend without states: only that its threads are hardly ever asleep says anything.
Advice judge_by_the_kernel(const Known& known) {
    constexpr const char* remedy =
        "This backend does not tell why its threads sleep, nor work from spinning: record the same with --backend "
        "grainscope.";
    const double computing = known.shares.computing;
    if (computing < 1 - notable)
        return unknown(
            fmt::format("What holds it back is not known: threads were on a core or ready for one {} of their "
                        "time, and why they slept was not recorded.",
                        percent(computing)),
            remedy);
    Advice advice = judged(WorkKind::cpu_bound, Tool::parallel_iterators,
                           fmt::format("CPU-bound: threads were on a core or ready for one {} of their time: parallel "
                                       "iterators or join on the work-stealing pool fit.",
                                       percent(computing)));
    add_doubt(advice, remedy);
    return advice;
}

/// All cores compute, whatever the many threads beside them do.
bool cores_are_full(const Known& known) {
    return known.run.logical_cores && tells_kernel_times(known.times) &&
           known.computing_cores >= (1 - notable) * static_cast<double>(*known.run.logical_cores);
}

Advice judge(const Recording& recording, const Known& known) {
    const trace::Analysis& times = known.times;
    const Shares& shares = known.shares;
    if (holds_several_settings(recording))
        return unknown(
            "What kind of work it is, a study's recording does not tell: its samples are of several settings.",
            "Record one of them with grainscope run --record.");
    if (times.worker_time <= 0)
        return unknown(
            "What kind of work it is, the recording does not tell: no worker was sampled while it was measured.",
            "Record at least one whole sample.");
    if (times.elapsed < shortest_measured)
        return unknown(
            fmt::format("What kind of work it is, {:.1f} ms of samples do not tell.",
                        static_cast<double>(times.elapsed) / 1e6),
            fmt::format("Record {} ms or more: more samples (--reps) or more data.", shortest_measured / 1'000'000));
    if (!tells_states(times)) {
        if (tells_kernel_times(times)) return judge_by_the_kernel(known);
        return unknown("What kind of work it is, the recording does not tell: it has counters alone.",
                       "Record it with --trace states.");
    }
    if (cores_are_full(known) && shares.computing < 1 - notable) return full_cores(known);
    if (tells_kernel_times(times) && known.active_workers + known.workers * shares.blocked() < notable)
        return unknown(
            fmt::format("What kind of work it is, the recording does not tell: for at least {} of the time no "
                        "worker did anything.",
                        percent(1 - known.active_workers)),
            "What ran or waited outside the pool it does not hold: record it with that work on the workers, "
            "and with waits wrapped in grainscope::blocked(trace::State::blocked_io, …).");
    // Where somebody waits for IO at nearly every moment, the others have nothing to do because of it.
    const bool io_explains = io_is(notable, shares) && known.active_workers >= 1 - notable;
    if (shares.active() < dominant && !io_explains)
        return shares.starved() >= shares.blocked() ? starved(known) : blocked(shares);
    if (!tells_kernel_times(times) && !io_is(1 - notable, shares))
        return unknown(
            fmt::format("Workers were busy {} of their time; whether they computed or slept in calls that "
                        "wait, the recording does not tell.",
                        percent(shares.computing)),
            "Record it where the kernel tells its times by thread (grainscope machine says whether it does).");
    if (io_is(1 - notable, shares)) return io_bound(shares);
    if (io_is(notable, shares)) return computes_and_waits_for_io(shares);
    return judge_computing(known);
}

}  // namespace

const char* name_of(WorkKind kind) {
    switch (kind) {
        case WorkKind::cpu_bound:
            return "cpu-bound";
        case WorkKind::io_bound:
            return "io-bound";
        case WorkKind::memory_bound:
            return "memory-bound";
        case WorkKind::mixed:
            return "mixed";
        case WorkKind::starved:
            return "starved";
        case WorkKind::blocked:
            return "blocked";
    }
    return "";
}

const char* name_of(Tool tool) {
    switch (tool) {
        case Tool::parallel_iterators:
            return "parallel-iterators";
        case Tool::async_tasks:
            return "async-tasks";
        case Tool::spawn_blocking:
            return "spawn-blocking";
        case Tool::fewer_threads:
            return "fewer-threads";
        case Tool::more_tasks:
            return "more-tasks";
        case Tool::shorter_waits:
            return "shorter-waits";
    }
    return "";
}

const char* name_of(Confidence confidence) { return confidence == Confidence::sure ? "sure" : "likely"; }

Advice advise(const Recording& recording, std::span<const Recording* const> others) {
    const Known known = detail::known_of(recording, others);
    Advice advice = judge(recording, known);
    advice.evidence = detail::evidence_of(known);
    return advice;
}

}  // namespace grainscope::study
