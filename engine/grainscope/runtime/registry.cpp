#include <grainscope/runtime/registry.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <grainscope/platform/fence.h>
#include <grainscope/runtime/fifo.h>
#include <grainscope/runtime/thread_pool.h>
#include <grainscope/runtime/worker.h>

namespace grainscope::detail {
namespace {

constexpr std::size_t most_threads = 65'535;
constexpr std::size_t default_steal_depth = 64;

/// Address space, not memory: pages are touched as the stack grows. Deep nesting of joins is a stack's business.
std::size_t default_stack_size(std::size_t threads) {
    constexpr std::size_t mib = std::size_t{1} << 20;
    return threads <= 64 ? 64 * mib : 8 * mib;
}

std::size_t threads_from_environment() {
    const char* const text = std::getenv("GRAINSCOPE_NUM_THREADS");
    if (text == nullptr) return 0;
    std::size_t threads = 0;
    const char* const end = text + std::strlen(text);
    const auto [rest, error] = std::from_chars(text, end, threads);
    if (error != std::errc{} || rest != end || threads > most_threads) return 0;
    return threads;
}

PoolOptions with_defaults(PoolOptions options) {
    if (options.num_threads > most_threads) {
        throw std::invalid_argument("a pool has at most 65,535 threads, not " + std::to_string(options.num_threads));
    }
    if (options.num_threads == 0) options.num_threads = threads_from_environment();
    if (options.num_threads == 0) options.num_threads = platform::usable_cores();
    if (options.stack_size == 0) options.stack_size = default_stack_size(options.num_threads);
    if (options.max_steal_depth == 0) options.max_steal_depth = default_steal_depth;
    return options;
}

struct GlobalPool {
    std::mutex mutex;
    Atomic<bool> built{false};
    std::shared_ptr<Registry> registry;
};

/// Never destroyed: its workers may outlive every static object.
GlobalPool& global_pool() {
    static GlobalPool& pool = *new GlobalPool;
    return pool;
}

}  // namespace

LockedQueue::Entry LockedQueue::pop(const Region* region) {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find_if(entries_, [&](const Entry& e) { return is_within(e.region, region); });
    if (found == entries_.end()) return {};
    const Entry entry = *found;
    entries_.erase(found);
    size_.store(entries_.size(), seq_cst);
    return entry;
}

bool LockedQueue::has_work_for(const Region* region) const {
    if (looks_empty()) return false;
    const std::scoped_lock lock(mutex_);
    return std::ranges::any_of(entries_, [&](const Entry& e) { return is_within(e.region, region); });
}

Registry::Registry(PoolOptions options) : options_(std::move(options)), sleep_(options_.num_threads) {
    workers_.reserve(options_.num_threads);
    for (std::size_t i = 0; i < options_.num_threads; ++i) workers_.push_back(std::make_unique<Worker>(*this, i));
    mailboxes_ = std::make_unique<LockedQueue[]>(size());
    fifos_ = std::make_unique<FifoSet>(size());
    waiting_regions_ = std::make_unique<Atomic<const Region*>[]>(size());
}

Registry::~Registry() = default;

std::shared_ptr<Registry> Registry::create(PoolOptions options) {
    std::shared_ptr<Registry> registry(new Registry(with_defaults(std::move(options))));
    try {
        registry->start_threads();
    } catch (...) {
        registry->release_one();
        registry->join_threads();
        throw;
    }
    return registry;
}

void Registry::start_threads() {
    threads_.reserve(size());
    for (const auto& worker : workers_) {
        threads_.emplace_back(options_.stack_size, [self = shared_from_this(), &worker = *worker] { worker.run(); });
    }
}

const std::shared_ptr<Registry>& Registry::global() {
    GlobalPool& pool = global_pool();
    if (!pool.built.load(acquire)) {  // pairs with the release below
        const std::scoped_lock lock(pool.mutex);
        if (!pool.registry) {
            pool.registry = create({});
            pool.built.store(true, release);  // pairs with the acquire above: the pointer is whole
        }
    }
    return pool.registry;
}

void Registry::create_global(PoolOptions options) {
    GlobalPool& pool = global_pool();
    const std::scoped_lock lock(pool.mutex);
    if (pool.registry) throw PoolAlreadyInitialized();
    pool.registry = create(std::move(options));
    pool.built.store(true, release);  // pairs with the acquire in global
}

Registry& Registry::current() {
    if (Worker* worker = Worker::current()) return worker->registry();
    return *global();
}

Worker* Registry::current_worker() const noexcept {
    Worker* const worker = Worker::current();
    return worker != nullptr && &worker->registry() == this ? worker : nullptr;
}

void Registry::inject(Job& job) {
    entrance_.push({&job, nullptr});
    if (sleep_.someone_should_wake()) wake_for_work(nullptr, 0);
}

void Registry::mail(std::size_t worker, Job& job, const Region* region) {
    mailboxes_[worker].push({&job, region});
    sleep_.wake(worker);
}

void Registry::push_or_inject(Job& job) {
    if (Worker* worker = current_worker()) {
        worker->push(job);
    } else {
        inject(job);
    }
}

void Registry::wake_for_work(const Region* region, std::size_t near) noexcept {
    sleep_.wake_one(near,
                    [&](std::size_t worker) { return is_within(region, waiting_regions_[worker].load(seq_cst)); });
}

void Registry::wake_for_work_left(std::size_t near) noexcept {
    platform::heavy_fence();  // pairs with light_fence in Lane::push: the last searcher's count is public first
    if (!entrance_.looks_empty()) return wake_for_work(nullptr, near);
    for (const auto& worker : workers_) {
        for (Lane* lane = worker->first_lane(); lane != nullptr; lane = lane->next_of_worker) {
            if (lane->deque().has_work()) return wake_for_work(lane->region(), near);
        }
    }
}

void Registry::release_one() {
    if (open_.fetch_sub(1, seq_cst) != 1) return;  // seq_cst: pairs with the workers' last look before they park
    for (std::size_t i = 0; i < size(); ++i) sleep_.wake(i);
}

void Registry::join_threads() {
    if (current_worker() != nullptr) {
        for (platform::Thread& thread : threads_) thread.detach();
    }
    threads_.clear();
}

void Registry::report_panic(std::exception_ptr error) noexcept {
    if (!options_.panic_handler) std::terminate();
    options_.panic_handler(std::move(error));  // one that throws ends the program: this function is noexcept
}

const Region* Registry::take_region(const Region* parent) {
    const std::scoped_lock lock(regions_mutex_);
    if (free_regions_.empty()) {
        regions_.emplace_back();
        free_regions_.push_back(&regions_.back());
    }
    Region* const region = free_regions_.back();
    free_regions_.pop_back();
    region->parent.store(parent, release);  // pairs with the acquire in is_within
    return region;
}

void Registry::give_region_back(const Region* region) {
    const std::scoped_lock lock(regions_mutex_);
    free_regions_.push_back(const_cast<Region*>(region));  // it came from regions_
}

std::optional<SplittingTelemetry> Registry::splitting() const {
    std::optional<SplittingLog::Entry> last;
    std::uint64_t runs = 0;
    for (const auto& worker : workers_) {
        const auto entry = worker->splitting_log().read();
        if (!entry) continue;
        runs += entry->splitting.runs;
        if (!last || entry->ended > last->ended) last = entry;
    }
    if (!last) return std::nullopt;
    SplittingTelemetry splitting = last->splitting;
    splitting.runs = runs;
    splitting.workers = size();
    if (last->item_ticks > 0) splitting.item_ns = last->item_ticks / platform::ticks_per_ns();
    return splitting;
}

trace::WorkerReading Registry::read_worker(std::size_t index, trace::Ticks now) const {
    const Worker& worker = *workers_[index];
    trace::WorkerReading reading{
        .tid = worker.tid(), .counters = worker.counters(), .states = worker.recorder().read(now)};
    if (const trace::EventRing* ring = worker.recorder().ring()) reading.dropped_events = ring->dropped();
    return reading;
}

void Registry::set_trace_level(trace::Level level) {
    for (const auto& worker : workers_) worker->recorder().set_level(level);
    level_.store(level, relaxed);  // a worker reads it when it next picks up a job
}

trace::EventRing* Registry::ring(std::size_t index) { return workers_[index]->recorder().ring(); }

}  // namespace grainscope::detail
