// Our own engine: join on the work-stealing pool, with everything its telemetry has to say.
#pragma once

#include <utility>

#include <grainscope/backends/backend.h>
#include <grainscope/runtime/join.h>
#include <grainscope/runtime/thread_pool.h>

namespace grainscope::backends {

class GrainscopeFork {
  public:
    template <class F, class G>
    void join(F&& f, G&& g) {
        grainscope::join(std::forward<F>(f), std::forward<G>(g));
    }
};

class GrainscopeBackend final : public Backend {
  public:
    static constexpr std::string_view backend_name = "grainscope";

    explicit GrainscopeBackend(std::size_t threads)
        : threads_(threads), pool_(ThreadPoolBuilder().num_threads(threads).build()) {}
    [[nodiscard]] std::string_view name() const override { return backend_name; }
    [[nodiscard]] std::size_t threads() const override { return threads_; }
    [[nodiscard]] trace::Subject& subject() override { return pool_.trace_subject(); }
    [[nodiscard]] std::size_t worker_index() const noexcept override {
        return pool_.current_thread_index().value_or(0);
    }
    [[nodiscard]] std::optional<SplittingTelemetry> splitting() const override { return pool_.telemetry().splitting; }
    [[nodiscard]] ThreadPool& pool() noexcept { return pool_; }

    /// Calls body(fork) on a worker and waits for it.
    template <class Body>
    void run(Body&& body) {
        pool_.install([&] {
            GrainscopeFork fork;
            std::forward<Body>(body)(fork);
        });
    }

  private:
    std::size_t threads_;
    ThreadPool pool_;
};

}  // namespace grainscope::backends
