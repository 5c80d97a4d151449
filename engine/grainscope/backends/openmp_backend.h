// OpenMP: one half of a fork is a task, and a taskwait joins.
#pragma once

#ifdef GRAINSCOPE_HAS_OPENMP

#include <exception>
#include <utility>

#include <omp.h>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/thread_rows.h>

namespace grainscope::backends {

class OpenMpFork {
  public:
    template <class F, class G>
    void join(F&& f, G&& g) {
        // An exception may leave neither a task nor the region before its taskwait.
        std::exception_ptr first_failed, second_failed;
#pragma omp task default(shared)
        {
            try {
                g();
            } catch (...) {
                second_failed = std::current_exception();
            }
        }
        try {
            f();
        } catch (...) {
            first_failed = std::current_exception();
        }
#pragma omp taskwait
        if (first_failed) std::rethrow_exception(first_failed);
        if (second_failed) std::rethrow_exception(second_failed);
    }
};

class OpenMpBackend final : public Backend {
  public:
    static constexpr std::string_view backend_name = "openmp";

    explicit OpenMpBackend(std::size_t threads) : rows_(threads) { omp_set_dynamic(0); }
    [[nodiscard]] std::string_view name() const override { return backend_name; }
    [[nodiscard]] std::size_t threads() const override { return rows_.worker_count(); }
    [[nodiscard]] trace::Subject& subject() override { return rows_; }
    [[nodiscard]] std::size_t worker_index() const noexcept override {
        return static_cast<std::size_t>(omp_get_thread_num());
    }

    /// Calls body(fork) on one thread of a parallel region; the others take its tasks.
    template <class Body>
    void run(Body&& body) {
        std::exception_ptr failed;
        const int team = static_cast<int>(threads());
#pragma omp parallel num_threads(team) default(shared)
        {
            rows_.enter(static_cast<std::size_t>(omp_get_thread_num()));
#pragma omp single
            {
                try {
                    OpenMpFork fork;
                    std::forward<Body>(body)(fork);
                } catch (...) {
                    failed = std::current_exception();
                }
            }
        }
        if (failed) std::rethrow_exception(failed);
    }

    /// Calls body() on every thread of a parallel region, for the loops that it shares out. Body may not throw.
    template <class Body>
    void run_team(Body&& body) {
        const int team = static_cast<int>(threads());
#pragma omp parallel num_threads(team) default(shared)
        {
            rows_.enter(static_cast<std::size_t>(omp_get_thread_num()));
            body();
        }
    }

  private:
    ThreadRows rows_;
};

}  // namespace grainscope::backends

#endif
