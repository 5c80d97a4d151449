// One thread: what every speedup is measured against.
#pragma once

#include <utility>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/thread_rows.h>
#include <grainscope/sort/fork.h>

namespace grainscope::backends {

/// First the one side, then the other; both run to their end, and the first one's exception is the one seen.
class SequentialFork : public sorting::SequentialFork {};

class SequentialBackend final : public Backend {
  public:
    static constexpr std::string_view backend_name = "sequential";

    [[nodiscard]] std::string_view name() const override { return backend_name; }
    [[nodiscard]] std::size_t threads() const override { return 1; }
    [[nodiscard]] trace::Subject& subject() override { return rows_; }
    [[nodiscard]] std::size_t worker_index() const noexcept override { return 0; }

    /// Calls body(fork) on the calling thread.
    template <class Body>
    void run(Body&& body) {
        rows_.enter(0);
        SequentialFork fork;
        std::forward<Body>(body)(fork);
    }

  private:
    ThreadRows rows_{1};
};

}  // namespace grainscope::backends
