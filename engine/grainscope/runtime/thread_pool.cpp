#include <grainscope/runtime/thread_pool.h>

#include <grainscope/runtime/worker.h>

namespace grainscope {
namespace {

std::optional<std::size_t> index_of(const detail::Worker* worker) {
    if (worker == nullptr) return std::nullopt;
    return worker->index();
}

std::optional<bool> has_jobs(const detail::Worker* worker) {
    if (worker == nullptr) return std::nullopt;
    return worker->has_local_jobs();
}

std::optional<Yield> run_one(detail::Worker* worker, bool local_only) {
    if (worker == nullptr) return std::nullopt;
    return worker->run_one(local_only) ? Yield::executed : Yield::idle;
}

}  // namespace

ThreadPool& ThreadPool::operator=(ThreadPool&& other) noexcept {
    if (this != &other) {
        close();
        registry_ = std::move(other.registry_);
    }
    return *this;
}

ThreadPool::~ThreadPool() { close(); }

void ThreadPool::close() noexcept {
    if (!registry_) return;
    registry_->release_one();
    registry_->join_threads();
    registry_.reset();
}

detail::Registry& ThreadPool::registry() const {
    if (!registry_) throw std::logic_error("this ThreadPool was moved from and holds nothing");
    return *registry_;
}

std::size_t ThreadPool::current_num_threads() const { return registry().size(); }
std::optional<std::size_t> ThreadPool::current_thread_index() const { return index_of(registry().current_worker()); }
std::optional<bool> ThreadPool::current_thread_has_pending_tasks() const {
    return has_jobs(registry().current_worker());
}
std::optional<Yield> ThreadPool::yield_now() { return run_one(registry().current_worker(), false); }
std::optional<Yield> ThreadPool::yield_local() { return run_one(registry().current_worker(), true); }

Telemetry ThreadPool::telemetry() const {
    Telemetry telemetry;
    const platform::Ticks now = platform::ticks();
    for (std::size_t i = 0; i < registry().size(); ++i) {
        const trace::WorkerReading reading = registry().read_worker(i, now);
        telemetry.workers.push_back({.jobs = reading.counters->jobs,
                                     .steals = reading.counters->steals,
                                     .failed_steals = reading.counters->failed_steals,
                                     .parks = reading.counters->parks,
                                     .wakes = reading.counters->wakes,
                                     .state = reading.states->state});
    }
    telemetry.splitting = registry().splitting();
    return telemetry;
}

ThreadPoolBuilder& ThreadPoolBuilder::num_threads(std::size_t n) {
    options_.num_threads = n;
    return *this;
}
ThreadPoolBuilder& ThreadPoolBuilder::thread_name(std::function<std::string(std::size_t)> name) {
    options_.thread_name = std::move(name);
    return *this;
}
ThreadPoolBuilder& ThreadPoolBuilder::stack_size(std::size_t bytes) {
    options_.stack_size = bytes;
    return *this;
}
ThreadPoolBuilder& ThreadPoolBuilder::start_handler(std::function<void(std::size_t)> handler) {
    options_.start_handler = std::move(handler);
    return *this;
}
ThreadPoolBuilder& ThreadPoolBuilder::exit_handler(std::function<void(std::size_t)> handler) {
    options_.exit_handler = std::move(handler);
    return *this;
}
ThreadPoolBuilder& ThreadPoolBuilder::panic_handler(std::function<void(std::exception_ptr)> handler) {
    options_.panic_handler = std::move(handler);
    return *this;
}
ThreadPoolBuilder& ThreadPoolBuilder::pin_threads(bool pin) {
    options_.pin_threads = pin;
    return *this;
}
ThreadPoolBuilder& ThreadPoolBuilder::max_steal_depth(std::size_t depth) {
    options_.max_steal_depth = depth;
    return *this;
}

ThreadPool ThreadPoolBuilder::build() const { return ThreadPool(detail::Registry::create(options_)); }
void ThreadPoolBuilder::build_global() const { detail::Registry::create_global(options_); }

std::size_t current_num_threads() { return detail::Registry::current().size(); }
std::optional<std::size_t> current_thread_index() { return index_of(detail::Worker::current()); }
std::optional<bool> current_thread_has_pending_tasks() { return has_jobs(detail::Worker::current()); }
std::optional<Yield> yield_now() { return run_one(detail::Worker::current(), false); }
std::optional<Yield> yield_local() { return run_one(detail::Worker::current(), true); }

}  // namespace grainscope
