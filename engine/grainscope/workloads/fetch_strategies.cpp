#include <grainscope/workloads/fetch_strategies.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <vector>

#include <grainscope/io/asio/blocking_client.h>
#include <grainscope/io/io.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/platform/threads.h>
#include <grainscope/runtime/runtime.h>

namespace grainscope::workloads {

namespace {

using Clock = std::chrono::steady_clock;

/// How soon a cancelled run is noticed by who waits for tasks.
constexpr std::chrono::milliseconds glance{5};
/// Enough for TLS; ten thousand of them take 2.5 GB of addresses and hardly any memory.
constexpr std::size_t request_stack_bytes = std::size_t{256} << 10;

/// How many there are at once, and the most there were. Any thread.
class Crowd {
  public:
    class Member {
      public:
        explicit Member(Crowd& crowd) : crowd_(crowd) { crowd_.enter(); }
        ~Member() { crowd_.now_.fetch_sub(1, relaxed); }  // a number that stands for itself, as all here
        Member(const Member&) = delete;
        Member& operator=(const Member&) = delete;

      private:
        Crowd& crowd_;
    };
    [[nodiscard]] std::size_t most() const { return most_.load(relaxed); }

  private:
    void enter() {
        const std::size_t now = now_.fetch_add(1, relaxed) + 1;
        std::size_t most = most_.load(relaxed);
        while (most < now && !most_.compare_exchange_weak(most, now, relaxed, relaxed)) {
        }
    }
    Atomic<std::size_t> now_{0};
    Atomic<std::size_t> most_{0};
};

/// The requests that are left, and who is told of their answers.
class Requests {
  public:
    Requests(const FetchPlan& plan, const CancellationToken& cancel, const Fetched& fetched)
        : plan_(plan), cancel_(cancel), fetched_(fetched) {}

    /// The next one for the caller; plan.count or more: none. Throws Cancelled.
    [[nodiscard]] std::size_t next() {
        cancel_.throw_if_cancelled();
        return next_.fetch_add(1, relaxed);  // which one is nobody else's: it orders nothing
    }
    [[nodiscard]] std::size_t count() const { return plan_.count; }
    [[nodiscard]] io::Task<> ask(std::size_t index, std::size_t row) {
        const Crowd::Member member(crowd);
        const auto begun = Clock::now();
        io::Result<io::Response> answer = co_await io::request(plan_.request(index));
        fetched_(index, row, std::move(answer), Clock::now() - begun);
    }
    void ask(io::BlockingClient& client, std::size_t index, std::size_t row) {
        const Crowd::Member member(crowd);
        const auto begun = Clock::now();
        io::Result<io::Response> answer = client.send(plan_.request(index));
        fetched_(index, row, std::move(answer), Clock::now() - begun);
    }

    Crowd crowd;

  private:
    const FetchPlan& plan_;
    const CancellationToken& cancel_;
    const Fetched& fetched_;
    Atomic<std::size_t> next_{0};
};

io::Task<> one_after_the_other(Requests& requests, std::size_t row) {
    for (std::size_t i = requests.next(); i < requests.count(); i = requests.next()) co_await requests.ask(i, row);
}

io::Task<> side_by_side(Requests& requests, std::size_t lanes, std::size_t row) {
    std::vector<io::Task<>> tasks;
    tasks.reserve(lanes);
    for (std::size_t lane = 0; lane < lanes; ++lane) tasks.push_back(one_after_the_other(requests, row));
    co_await io::join_all(std::move(tasks));
}

/// Waits for all; a cancelled run stops them.
void wait_for(std::vector<io::JoinHandle<void>> drivers, const CancellationToken& cancel) {
    bool stopped = false;
    for (const auto& driver : drivers) {
        while (!driver.wait_for(glance)) {
            if (stopped || !cancel.is_cancelled()) continue;
            for (const auto& other : drivers) other.abort();
            stopped = true;
        }
    }
    std::exception_ptr failed;
    for (auto& driver : drivers) {
        try {
            std::move(driver).get();
        } catch (...) {
            if (!failed) failed = std::current_exception();
        }
    }
    if (failed) std::rethrow_exception(failed);
}

/// Threads that are started for one request each, in seats: a seat has one thread at a time, and one connection.
class BriefThreads {
  public:
    BriefThreads(backends::CrewBackend& crew, Requests& requests, std::size_t seats)
        : rows_(crew.brief_rows()), first_row_(crew.first_brief_row()), requests_(requests), seats_(seats) {
        for (std::size_t seat = seats; seat > 0; --seat) free_.push_back(seat - 1);
    }

    void run() {
        try {
            for (std::size_t i = requests_.next(); i < requests_.count(); i = requests_.next()) start(i);
        } catch (...) {
            fail(std::current_exception());
        }
        for (Seat& seat : seats_) seat.thread.join();
        if (failed_) std::rethrow_exception(failed_);
    }
    [[nodiscard]] std::size_t refused() const { return refused_; }

  private:
    struct Seat {
        platform::Thread thread;
        io::BlockingClient client;
    };

    void start(std::size_t index) {
        while (true) {
            const std::size_t seat = take_free_seat();
            seats_[seat].thread.join();  // it is about to end
            try {
                seats_[seat].thread =
                    platform::Thread(request_stack_bytes, [this, index, seat] { serve(index, seat); });
                return;
            } catch (const std::system_error&) {
                // No more threads to be had: the seat is given up, and another one waited for.
                ++refused_;
                if (refused_ == seats_.size()) throw;
            }
        }
    }

    void serve(std::size_t index, std::size_t seat) noexcept {
        {
            const backends::BriefRows::Seat row(rows_, seat);
            try {
                requests_.ask(seats_[seat].client, index, first_row_ + seat);
            } catch (...) {
                fail(std::current_exception());
            }
        }
        {
            const std::lock_guard lock(mutex_);
            free_.push_back(seat);
        }
        freed_.notify_one();
    }

    std::size_t take_free_seat() {
        std::unique_lock lock(mutex_);
        freed_.wait(lock, [this] { return !free_.empty(); });
        const std::size_t seat = free_.back();
        free_.pop_back();
        return seat;
    }

    void fail(std::exception_ptr error) {
        const std::lock_guard lock(mutex_);
        if (!failed_) failed_ = std::move(error);
    }

    backends::BriefRows& rows_;
    const std::size_t first_row_;
    Requests& requests_;
    std::vector<Seat> seats_;
    std::size_t refused_ = 0;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::size_t> free_;  ///< under the mutex, as what follows
    std::exception_ptr failed_;
};

}  // namespace

FetchReport fetch_by_tasks(backends::CrewBackend& crew, const FetchPlan& plan, const CancellationToken& cancel,
                           const Fetched& fetched) {
    Requests requests(plan, cancel, fetched);
    const std::size_t lanes = std::clamp<std::size_t>(plan.concurrency, 1, std::max<std::size_t>(1, plan.count));
    const std::size_t threads = std::min(crew.crew().io_threads, lanes);
    std::vector<io::JoinHandle<void>> drivers;
    for (std::size_t row = 0; row < threads; ++row) {
        const std::size_t share = lanes / threads + (row < lanes % threads ? 1 : 0);
        drivers.push_back(crew.runtime().spawn(side_by_side(requests, share, row)));
    }
    wait_for(std::move(drivers), cancel);
    return {.most_at_once = requests.crowd.most(), .most_threads = threads};
}

FetchReport fetch_by_threads(backends::CrewBackend& crew, const FetchPlan& plan, const CancellationToken& cancel,
                             const Fetched& fetched) {
    Requests requests(plan, cancel, fetched);
    const std::size_t seats = std::min({plan.concurrency, crew.threads(), plan.count, io::most_connections()});
    BriefThreads threads(crew, requests, std::max<std::size_t>(1, seats));
    threads.run();
    return {.most_at_once = requests.crowd.most(),
            .most_threads = requests.crowd.most(),
            .refused_threads = threads.refused()};
}

FetchReport fetch_by_pool(backends::CrewBackend& crew, const FetchPlan& plan, const CancellationToken& cancel,
                          const Fetched& fetched) {
    Requests requests(plan, cancel, fetched);
    ThreadPool& pool = crew.pool();
    std::vector<io::BlockingClient> clients(pool.current_num_threads());
    pool.install([&] {
        grainscope::scope([&](Scope& scope) {
            for (std::size_t lane = 0; lane < std::min(clients.size(), plan.concurrency); ++lane) {
                scope.spawn([&](Scope&) {
                    const std::size_t worker = pool.current_thread_index().value_or(0);
                    const std::size_t row = crew.first_worker_row() + worker;
                    for (std::size_t i = requests.next(); i < requests.count(); i = requests.next())
                        requests.ask(clients[worker], i, row);
                });
            }
        });
    });
    return {.most_at_once = requests.crowd.most(), .most_threads = requests.crowd.most()};
}

}  // namespace grainscope::workloads
