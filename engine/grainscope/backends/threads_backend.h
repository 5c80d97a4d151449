// Plain std::thread: one half of a fork gets a thread of its own while the budget of threads lasts.
//
// The budget belongs to the tree of forks: a fork with k threads to spend uses one for its second half and shares the
// rest between both halves, and has them all back when the join ends. Which fork gets a thread thus never depends on
// timing, a half that ends early leaves its thread unused (there is no stealing here, which is what this backend is
// there to show), and no fork far down the tree pays 20 µs for a thread to do 50 ns of work.
#pragma once

#include <exception>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/thread_rows.h>
#include <grainscope/sort/fork.h>

namespace grainscope::backends {

namespace detail {

// Where the calling thread stands in the tree of forks of the backend it runs for.
struct ForkShare {
    std::size_t row = 0;     // its row
    std::size_t budget = 0;  // threads it may still add: rows row + 1 .. row + budget are theirs
};
inline thread_local ForkShare fork_share;

}  // namespace detail

class ThreadsFork {
  public:
    explicit ThreadsFork(ThreadRows& rows) : rows_(&rows) {}

    template <class F, class G>
    void join(F&& f, G&& g) {
        const detail::ForkShare share = detail::fork_share;
        if (share.budget == 0) {
            sorting::SequentialFork().join(f, g);
            return;
        }
        const std::size_t given = (share.budget - 1) / 2;
        const std::size_t kept = share.budget - 1 - given;
        std::exception_ptr second_failed;
        std::thread second;
        try {
            second = std::thread([&, rows = rows_] {
                detail::fork_share = {share.row + kept + 1, given};
                rows->enter(detail::fork_share.row);
                try {
                    g();
                } catch (...) {
                    second_failed = std::current_exception();
                }
                rows->leave(detail::fork_share.row);
            });
        } catch (const std::system_error&) {
            // The system has no thread to give: the work is done all the same.
            sorting::SequentialFork().join(f, g);
            return;
        }
        detail::fork_share.budget = kept;
        try {
            f();
        } catch (...) {
            second.join();
            detail::fork_share = share;
            throw;
        }
        second.join();
        detail::fork_share = share;
        if (second_failed) std::rethrow_exception(second_failed);
    }

  private:
    ThreadRows* rows_;
};

class ThreadsBackend final : public Backend {
  public:
    static constexpr std::string_view backend_name = "threads";

    explicit ThreadsBackend(std::size_t threads) : rows_(threads, 1) {}
    [[nodiscard]] std::string_view name() const override { return backend_name; }
    [[nodiscard]] std::size_t threads() const override { return rows_.worker_count(); }
    [[nodiscard]] trace::Subject& subject() override { return rows_; }
    [[nodiscard]] std::size_t worker_index() const noexcept override { return detail::fork_share.row; }

    /// Calls body(fork) on the calling thread, which is one of the backend's.
    template <class Body>
    void run(Body&& body) {
        const struct Restore {
            detail::ForkShare before = detail::fork_share;
            ~Restore() { detail::fork_share = before; }
        } restore;
        detail::fork_share = {0, threads() - 1};
        rows_.enter(0);
        ThreadsFork fork(rows_);
        std::forward<Body>(body)(fork);
    }

    /// Calls body(row) for every row, each on a thread of its own, the calling one for row 0, and returns when all have
    /// ended. Where the system has no thread to give, the calling one does its row as well. Body may not throw.
    template <class Body>
    void run_team(Body&& body) {
        run([&](ThreadsFork&) {
            std::vector<std::thread> team;
            team.reserve(threads() - 1);
            try {
                while (team.size() + 1 < threads()) {
                    team.emplace_back([this, &body, row = team.size() + 1] { as_row(row, [&] { body(row); }); });
                }
            } catch (
                const std::exception&) {  // no thread to be had: the rows from team.size() + 1 on are left to this one
            }
            body(std::size_t{0});
            for (std::size_t row = team.size() + 1; row < threads(); ++row) body(row);
            for (std::thread& thread : team) thread.join();
        });
    }

    /// Calls body() on a thread of the caller's own making, which stands for `row` (1 or more) until it ends: nobody
    /// else does at the same time. What body throws passes through.
    template <class Body>
    void as_row(std::size_t row, Body&& body) {
        detail::fork_share = {row, 0};
        rows_.enter(row);
        const struct Leave {
            ThreadRows& rows;
            std::size_t row;
            ~Leave() { rows.leave(row); }
        } leave{rows_, row};
        body();
    }

  private:
    ThreadRows rows_;
};

}  // namespace grainscope::backends
