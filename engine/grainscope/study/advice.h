// What kind of work a recording holds and which tool fits it: a sentence, and what it rests on.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <grainscope/trace/recording.h>

namespace grainscope::study {

/// What the workers' time went to. starved and blocked say that most of it went to neither computing nor IO.
enum class WorkKind : std::uint8_t {
    cpu_bound,     ///< computing
    io_bound,      ///< waiting for files, the network or other calls that sleep
    memory_bound,  ///< on a core, but waiting for memory that other cores use as well
    mixed,         ///< two of these, neither of them negligible
    starved,       ///< nothing to do: too little runs in parallel
    blocked,       ///< waiting for one another, at channels and locks
};
/// "cpu-bound"
[[nodiscard]] const char* name_of(WorkKind kind);

enum class Tool : std::uint8_t {
    parallel_iterators,  ///< parallel iterators, sorts or join on the work-stealing pool
    async_tasks,         ///< io::Task, many of them awaited by io::join_all
    spawn_blocking,      ///< tasks for the waits, io::spawn_blocking or the pool for the computing
    fewer_threads,       ///< more threads help little: fewer bytes an item do
    more_tasks,          ///< a finer grain, or more of the work made parallel
    shorter_waits,       ///< balanced stages, larger channels, locks held for a shorter time
};
/// "parallel-iterators"
[[nodiscard]] const char* name_of(Tool tool);

/// likely: what the recording does not hold could still change the answer, and Advice::missing says what it is.
enum class Confidence : std::uint8_t { likely, sure };
/// "likely"
[[nodiscard]] const char* name_of(Confidence confidence);

/// One number that the sentence rests on.
struct Evidence {
    std::string name;  ///< "computing"
    double value = 0;
    std::string unit;  ///< "share" (of the workers' measured time), "ratio", "workers", "cores", "ns"
};

struct Advice {
    std::optional<WorkKind> kind;  ///< none: the evidence does not suffice
    std::string sentence;          ///< never empty; without a kind it says why there is none
    std::optional<Tool> tool;
    std::optional<Confidence> confidence;
    std::vector<Evidence> evidence;  ///< what is known, whether or not it sufficed
    std::string missing;             ///< a sentence: what this does not tell, and which recording would; may be empty
};

/// Judges a recording by its samples since the parameters last changed. `others` are recordings of the same work on
/// other numbers of threads: between the fewest and the most of them, the CPU time that the same work takes tells
/// waiting for memory from computing. Those that cannot be compared (why_not_comparable) are left out. Never fails.
[[nodiscard]] Advice advise(const trace::Recording& recording, std::span<const trace::Recording* const> others = {});

}  // namespace grainscope::study
