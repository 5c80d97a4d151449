// What the handles of a pool share: its workers, its entrance, its sleepers.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/threads.h>
#include <grainscope/runtime/job.h>
#include <grainscope/runtime/region.h>
#include <grainscope/runtime/sleep.h>
#include <grainscope/runtime/telemetry.h>
#include <grainscope/trace/subject.h>

namespace grainscope::detail {

class FifoSet;
class Worker;

/// What ThreadPoolBuilder collects.
struct PoolOptions {
    std::size_t num_threads = 0;
    std::size_t stack_size = 0;
    std::size_t max_steal_depth = 0;
    bool pin_threads = false;
    std::function<std::string(std::size_t)> thread_name;
    std::function<void(std::size_t)> start_handler;
    std::function<void(std::size_t)> exit_handler;
    std::function<void(std::exception_ptr)> panic_handler;
};

/// A queue of jobs behind a lock, with a count that can be looked at without it. For what is rare: entering a pool,
/// broadcasts.
class LockedQueue {
  public:
    struct Entry {
        Job* job = nullptr;
        const Region* region = nullptr;
    };
    void push(Entry entry) {
        const std::scoped_lock lock(mutex_);
        entries_.push_back(entry);
        size_.store(entries_.size(), seq_cst);  // before the producer's look at the sleepers
    }
    /// The first entry that may be taken inside `region`.
    [[nodiscard]] Entry pop(const Region* region);
    [[nodiscard]] bool looks_empty() const noexcept { return size_.load(seq_cst) == 0; }
    [[nodiscard]] bool has_work_for(const Region* region) const;

  private:
    mutable std::mutex mutex_;
    std::deque<Entry> entries_;
    Atomic<std::size_t> size_{0};
};

class Registry final : public trace::Subject, public std::enable_shared_from_this<Registry> {
  public:
    /// Starts the workers. Throws std::system_error if a thread cannot be started; those already running end first.
    static std::shared_ptr<Registry> create(PoolOptions options);
    ~Registry() override;

    /// The pool used outside any other; built on first use and never destroyed.
    static const std::shared_ptr<Registry>& global();
    /// Throws PoolAlreadyInitialized if there is one.
    static void create_global(PoolOptions options);
    /// The calling worker's pool, else the global one.
    static Registry& current();

    [[nodiscard]] std::size_t size() const noexcept { return workers_.size(); }
    [[nodiscard]] Worker& worker(std::size_t index) const noexcept { return *workers_[index]; }
    [[nodiscard]] Sleep& sleep() noexcept { return sleep_; }
    [[nodiscard]] const PoolOptions& options() const noexcept { return options_; }
    /// The calling thread as a worker of this pool, or null.
    [[nodiscard]] Worker* current_worker() const noexcept;

    /// Hands a job in from outside. Any worker takes it, in order of arrival.
    void inject(Job& job);
    /// Gives a job to one worker, which runs it when it next looks for work.
    void mail(std::size_t worker, Job& job, const Region* region);
    /// Pushes from a worker of this pool, injects from elsewhere.
    void push_or_inject(Job& job);

    [[nodiscard]] LockedQueue& entrance() noexcept { return entrance_; }
    /// The queues behind spawn_fifo.
    [[nodiscard]] FifoSet& fifos() noexcept { return *fifos_; }
    [[nodiscard]] LockedQueue& mailbox(std::size_t worker) noexcept { return mailboxes_[worker]; }

    /// Wakes a sleeper that may take work of that region, if nobody is searching.
    void wake_for_work(const Region* region, std::size_t near) noexcept;
    /// The same if any work lies about; for the last searcher, on whom producers relied, when it stops searching.
    void wake_for_work_left(std::size_t near) noexcept;

    // -- the pool's end: it comes when the last handle is gone and every detached job has run -------------------------
    void keep_open() noexcept { open_.fetch_add(1, relaxed); }  // the caller holds a count itself
    void release_one();
    [[nodiscard]] bool is_set() const noexcept { return open_.load(seq_cst) == 0; }
    /// Joins the threads; lets go of them instead if the caller is one of them.
    void join_threads();

    void report_panic(std::exception_ptr error) noexcept;

    [[nodiscard]] const Region* take_region(const Region* parent);
    void give_region_back(const Region* region);
    void set_waiting_region(std::size_t worker, const Region* region) noexcept {
        waiting_regions_[worker].store(region, seq_cst);
    }

    /// How the pipelines of this pool were cut; none if none has ended.
    [[nodiscard]] std::optional<SplittingTelemetry> splitting() const;

    // -- trace::Subject -----------------------------------------------------------------------------------------------
    [[nodiscard]] std::size_t worker_count() const override { return size(); }
    [[nodiscard]] trace::WorkerReading read_worker(std::size_t index, trace::Ticks now) const override;
    void set_trace_level(trace::Level level) override;
    [[nodiscard]] trace::EventRing* ring(std::size_t index) override;
    [[nodiscard]] trace::Level trace_level() const noexcept { return level_.load(relaxed); }  // a wish, read at pick-up

  private:
    explicit Registry(PoolOptions options);
    void start_threads();

    PoolOptions options_;
    Sleep sleep_;
    std::vector<std::unique_ptr<Worker>> workers_;
    LockedQueue entrance_;
    std::unique_ptr<LockedQueue[]> mailboxes_;
    std::unique_ptr<FifoSet> fifos_;
    std::unique_ptr<Atomic<const Region*>[]> waiting_regions_;  ///< where each worker waits, if it waits isolated
    Atomic<std::size_t> open_{1};
    Atomic<trace::Level> level_{trace::Level::off};
    std::mutex regions_mutex_;
    std::deque<Region> regions_;
    std::vector<Region*> free_regions_;
    std::vector<platform::Thread> threads_;
};

}  // namespace grainscope::detail
