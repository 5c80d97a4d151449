// The same fork-join on five engines: ours, OpenMP tasks, oneTBB, plain threads, and one thread. Workloads are written
// once against it; only fork and join differ.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <grainscope/runtime/telemetry.h>
#include <grainscope/trace/subject.h>

namespace grainscope::backends {

class GrainscopeFork;  // join(f, g) on the work-stealing pool
class OpenMpFork;      // two tasks and a taskwait
class TbbFork;         // tbb::parallel_invoke
class ThreadsFork;     // std::thread for one half while the budget of threads lasts
class SequentialFork;  // f(); g();

/// A running engine with a fixed number of threads.
class Backend {
  public:
    virtual ~Backend() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual std::size_t threads() const = 0;
    /// The thing to record: one row a thread.
    [[nodiscard]] virtual trace::Subject& subject() = 0;
    /// The calling thread's row in subject(), 0 if it has none.
    [[nodiscard]] virtual std::size_t worker_index() const noexcept = 0;
    /// How the last parallel loop was cut into pieces; none where the engine does not tell, or nothing was cut yet.
    [[nodiscard]] virtual std::optional<SplittingTelemetry> splitting() const { return std::nullopt; }
};

/// The backends this program was built with, in the order of the documentation, and why the others are missing.
struct Availability {
    std::string name;
    std::string missing_because;  ///< empty: available
};
[[nodiscard]] const std::vector<Availability>& all_backends();

/// threads: 0 means one a core. An unknown name or one this build lacks gives a line that says what would be right.
[[nodiscard]] std::expected<std::unique_ptr<Backend>, std::string> make_backend(std::string_view name,
                                                                                std::size_t threads);

}  // namespace grainscope::backends
