// oneTBB: parallel_invoke in an arena of exactly as many threads as asked for.
#pragma once

#ifdef GRAINSCOPE_HAS_TBB

#include <exception>
#include <utility>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_invoke.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_scheduler_observer.h>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/thread_rows.h>

namespace grainscope::backends {

class TbbFork {
  public:
    template <class F, class G>
    void join(F&& f, G&& g) {
        // parallel_invoke cancels the other half when one throws, even before it has begun; a join runs both to their
        // end.
        std::exception_ptr first_failed, second_failed;
        oneapi::tbb::parallel_invoke(
            [&] {
                try {
                    f();
                } catch (...) {
                    first_failed = std::current_exception();
                }
            },
            [&] {
                try {
                    g();
                } catch (...) {
                    second_failed = std::current_exception();
                }
            });
        if (first_failed) std::rethrow_exception(first_failed);
        if (second_failed) std::rethrow_exception(second_failed);
    }
};

class TbbBackend final : public Backend {
  public:
    static constexpr std::string_view backend_name = "tbb";

    explicit TbbBackend(std::size_t threads)
        : rows_(threads),
          limit_(oneapi::tbb::global_control::max_allowed_parallelism, threads),
          arena_(static_cast<int>(threads), 1),
          arrivals_(arena_, rows_) {}
    [[nodiscard]] std::string_view name() const override { return backend_name; }
    [[nodiscard]] std::size_t threads() const override { return rows_.worker_count(); }
    [[nodiscard]] trace::Subject& subject() override { return rows_; }
    [[nodiscard]] std::size_t worker_index() const noexcept override { return arena_row(); }

    /// Calls body(fork) on the calling thread inside the arena, where the library's threads take its tasks.
    template <class Body>
    void run(Body&& body) {
        arena_.execute([&] {
            rows_.enter(arena_row());
            TbbFork fork;
            std::forward<Body>(body)(fork);
        });
    }

  private:
    [[nodiscard]] static std::size_t arena_row() noexcept {
        const int slot = oneapi::tbb::this_task_arena::current_thread_index();
        return slot < 0 ? 0 : static_cast<std::size_t>(slot);
    }

    class Arrivals final : public oneapi::tbb::task_scheduler_observer {
      public:
        Arrivals(oneapi::tbb::task_arena& arena, ThreadRows& rows)
            : oneapi::tbb::task_scheduler_observer(arena), rows_(rows) {
            observe(true);
        }
        ~Arrivals() override { observe(false); }
        Arrivals(const Arrivals&) = delete;
        Arrivals& operator=(const Arrivals&) = delete;
        void on_scheduler_entry(bool) override { rows_.enter(arena_row()); }

      private:
        ThreadRows& rows_;
    };

    ThreadRows rows_;
    oneapi::tbb::global_control limit_;
    oneapi::tbb::task_arena arena_;
    Arrivals arrivals_;
};

}  // namespace grainscope::backends

#endif
