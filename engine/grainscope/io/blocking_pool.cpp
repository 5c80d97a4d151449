#include <grainscope/io/blocking_pool.h>

#include <algorithm>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include <grainscope/platform/thread_times.h>

namespace grainscope::detail::async {

namespace {

constexpr std::size_t stack_bytes = std::size_t{2} << 20;
constexpr std::size_t no_seat = std::numeric_limits<std::size_t>::max();
thread_local constinit std::size_t own_seat = no_seat;

}  // namespace

std::optional<std::size_t> BlockingPool::seat_of_this_thread() noexcept {
    return own_seat == no_seat ? std::nullopt : std::optional(own_seat);
}

BlockingPool::BlockingPool(std::size_t limit, std::chrono::milliseconds keep_idle) : keep_idle_(keep_idle) {
    seats_.reserve(limit);
    for (std::size_t i = 0; i < limit; ++i) seats_.push_back(std::make_unique<Seat>());
}

BlockingPool::~BlockingPool() {
    std::deque<std::shared_ptr<BlockingJob>> forgotten;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        forgotten.swap(jobs_);
    }
    wake_.notify_all();
    for (const auto& seat : seats_) seat->thread.join();
}

void BlockingPool::push(std::shared_ptr<BlockingJob> job) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
        if (idle_ < jobs_.size() && threads_ < seats_.size()) {
            try {
                start_thread();
            } catch (const std::system_error&) {
                // With other threads at work the job only waits longer.
                if (threads_ == 0) {
                    jobs_.pop_back();
                    throw;
                }
            }
        }
    }
    wake_.notify_one();
}

void BlockingPool::start_thread() {
    const auto place = std::ranges::find_if(seats_, [](const auto& seat) { return !seat->taken; });
    Seat& seat = **place;
    if (seat.over) seat.thread.join();
    seat.over = false;
    const auto number = static_cast<std::size_t>(place - seats_.begin());
    seat.thread = platform::Thread(stack_bytes, [this, &seat, number] {
        platform::name_this_thread("grain-block-" + std::to_string(number));
        own_seat = number;
        work(seat);
    });
    seat.taken = true;
    most_threads_ = std::max(most_threads_, ++threads_);
}

void BlockingPool::work(Seat& seat) {
    seat.tid.store(platform::current_tid(), relaxed);  // a number for the collector; it orders nothing
    recorder_of_this_thread = &seat.recorder;
    std::unique_lock lock(mutex_);
    for (;;) {
        if (jobs_.empty() && !stopping_) {
            ++idle_;
            const bool called = wake_.wait_for(lock, keep_idle_, [this] { return !jobs_.empty() || stopping_; });
            --idle_;
            if (!called) break;
        }
        if (jobs_.empty()) break;
        std::shared_ptr<BlockingJob> job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        seat.recorder.change(trace::State::busy);
        job->run();
        job.reset();
        seat.jobs.store(seat.jobs.load(relaxed) + 1, relaxed);  // only this thread writes it
        seat.recorder.change(trace::State::parked);
        lock.lock();
    }
    // Gone first, added then: a reader in between misses it for a moment and never counts it twice.
    seat.tid.store(0, relaxed);
    seat.ended_on_cpu_ns.store(seat.ended_on_cpu_ns.load(relaxed) + platform::thread_cpu_ns(), relaxed);
    seat.taken = false;
    seat.over = true;
    --threads_;
}

BlockingPool::Telemetry BlockingPool::telemetry() const {
    const std::lock_guard lock(mutex_);
    return {.threads = threads_, .idle = idle_, .queued = jobs_.size(), .most_threads = most_threads_};
}

}  // namespace grainscope::detail::async
