#include <grainscope/backends/team.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <type_traits>
#include <vector>

#include <grainscope/backends/run_on.h>

namespace grainscope::backends {

namespace {

/// What each row threw.
class RowFailures {
  public:
    explicit RowFailures(std::size_t rows) : errors_(rows) {}

    void run(RowBody body, std::size_t row) noexcept {
        try {
            body(row);
        } catch (...) {
            errors_[row] = std::current_exception();
        }
    }
    /// After all rows have ended.
    void rethrow_lowest() const {
        for (const std::exception_ptr& error : errors_) {
            if (error) std::rethrow_exception(error);
        }
    }

  private:
    std::vector<std::exception_ptr> errors_;
};

/// Where rows wait until it is known whether all of them are there.
class StartingLine {
  public:
    void decide(bool go) {
        {
            const std::lock_guard lock(mutex_);
            decision_ = go ? Decision::go : Decision::stay;
        }
        decided_.notify_all();
    }
    [[nodiscard]] bool may_go() {
        std::unique_lock lock(mutex_);
        decided_.wait(lock, [&] { return decision_ != Decision::none; });
        return decision_ == Decision::go;
    }

  private:
    enum class Decision { none, go, stay };
    std::mutex mutex_;
    std::condition_variable decided_;
    Decision decision_ = Decision::none;
};

void on_threads(ThreadsBackend& backend, RowBody body, RowFailures& failures) {
    StartingLine line;
    std::vector<std::thread> team;
    const auto finish = [&](bool go) {
        line.decide(go);
        if (go) failures.run(body, 0);
        for (std::thread& thread : team) thread.join();
    };
    backend.run([&](ThreadsFork&) {
        try {
            team.reserve(backend.threads() - 1);
            for (std::size_t row = 1; row < backend.threads(); ++row) {
                team.emplace_back([&, row] {
                    backend.as_row(row, [&] {
                        if (line.may_go()) failures.run(body, row);
                    });
                });
            }
        } catch (...) {
            finish(false);
            throw;
        }
        finish(true);
    });
}

#ifdef GRAINSCOPE_HAS_OPENMP
void on_openmp(OpenMpBackend& backend, RowBody body, RowFailures& failures) {
    bool too_few = false;
    backend.run_team([&] {
        // Every thread sees the same number: all go, or none does.
        if (static_cast<std::size_t>(omp_get_num_threads()) == backend.threads()) {
            failures.run(body, backend.worker_index());
        } else if (backend.worker_index() == 0) {
            too_few = true;
        }
    });
    if (too_few) {
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                                "OpenMP gave fewer threads than were asked for");
    }
}
#endif

}  // namespace

void run_team(Backend& backend, RowBody body) {
    RowFailures failures(backend.threads());
    visit(backend, [&](auto& concrete) {
        using Concrete = std::remove_cvref_t<decltype(concrete)>;
        if constexpr (std::is_same_v<Concrete, GrainscopeBackend>) {
            concrete.pool().broadcast([&](BroadcastContext context) { failures.run(body, context.index()); });
        } else if constexpr (std::is_same_v<Concrete, ThreadsBackend>) {
            on_threads(concrete, body, failures);
        } else if constexpr (std::is_same_v<Concrete, SequentialBackend>) {
            concrete.run([&](auto&) { failures.run(body, 0); });
#ifdef GRAINSCOPE_HAS_OPENMP
        } else if constexpr (std::is_same_v<Concrete, OpenMpBackend>) {
            on_openmp(concrete, body, failures);
#endif
        } else {
            throw std::logic_error("oneTBB promises no number of threads: it cannot run a team");
        }
    });
    failures.rethrow_lowest();
}

}  // namespace grainscope::backends
