#include <grainscope/io/runtime.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include <grainscope/io/runtime_core.h>
#include <grainscope/platform/thread_times.h>

namespace grainscope {

namespace detail::async {

namespace {

constexpr std::size_t stack_bytes = std::size_t{8} << 20;

}  // namespace

RuntimeCore::RuntimeCore(grainscope::io::RuntimeOptions options)
    : options_(std::move(options)), blocking_(options_.blocking_threads, options_.keep_idle) {
    if (options_.io_threads == 0) throw std::invalid_argument("io_threads = 0: a runtime needs at least one IO thread");
    if (options_.blocking_threads == 0)
        throw std::invalid_argument("blocking_threads = 0: a runtime needs at least one blocking thread");
    const auto panic = std::make_shared<const PanicHandler>(options_.panic_handler);
    for (std::size_t i = 0; i < options_.io_threads; ++i) {
        seats_.push_back(std::make_unique<IoSeat>());
        seats_.back()->loop = std::make_unique<Loop>(*this);
        seats_.back()->panic = panic;
    }
    try {
        for (std::size_t i = 0; i < seats_.size(); ++i) {
            IoSeat& seat = *seats_[i];
            seat.thread = platform::Thread(stack_bytes, [&seat, i] {
                platform::name_this_thread("grain-io-" + std::to_string(i));
                seat.tid.store(platform::current_tid(), relaxed);  // a number for the collector; it orders nothing
                seat.loop->run([&seat] { return seat.stopping && seat.running.empty(); });
            });
        }
    } catch (...) {
        stop();
        throw;
    }
}

RuntimeCore::~RuntimeCore() { stop(); }

void RuntimeCore::stop() noexcept {
    for (const auto& owner : seats_) {
        owner->loop->post([&seat = *owner] {
            seat.stopping = true;
            seat.running.cancel();
        });
    }
    for (const auto& seat : seats_) seat->thread.join();
}

void RuntimeCore::start(Spawned& spawned) noexcept {
    IoSeat& seat = *seats_[spawned_.fetch_add(1, relaxed) % seats_.size()];  // a number that stands for itself
    spawned.assign(seat);
    seat.loop->post(spawned);
}

grainscope::io::RuntimeTelemetry RuntimeCore::telemetry() const {
    const BlockingPool::Telemetry blocking = blocking_.telemetry();
    std::uint64_t ended = 0;                                             // first: nothing ends before it was spawned
    for (const auto& seat : seats_) ended += seat->ended.load(acquire);  // pairs with the release in count_end
    const std::uint64_t spawned = spawned_.load(relaxed);
    return {.spawned = spawned,
            .running = spawned - std::min(ended, spawned),
            .io_threads = seats_.size(),
            .blocking_threads = blocking.threads,
            .idle_blocking_threads = blocking.idle,
            .most_blocking_threads = blocking.most_threads,
            .queued_jobs = blocking.queued};
}

trace::WorkerReading RuntimeCore::read_worker(std::size_t index, trace::Ticks now) const {
    trace::WorkerReading reading;
    if (index < seats_.size()) {
        reading.tid = seats_[index]->tid.load(relaxed);  // as where it is stored
        reading.states = seats_[index]->loop->recorder().read(now);
        if (const trace::EventRing* ring = seats_[index]->loop->recorder().ring())
            reading.dropped_events = ring->dropped();
        return reading;
    }
    const BlockingPool::Seat& seat = blocking_.seat(index - seats_.size());
    reading.tid = seat.tid.load(relaxed);
    reading.states = seat.recorder.read(now);
    reading.ended = platform::ThreadTimes{.on_cpu_ns = seat.ended_on_cpu_ns.load(relaxed), .runnable_ns = 0};
    reading.counters = trace::Counters{.jobs = seat.jobs.load(relaxed)};
    if (const trace::EventRing* ring = seat.recorder.ring()) reading.dropped_events = ring->dropped();
    return reading;
}

void RuntimeCore::set_trace_level(trace::Level level) {
    for (const auto& seat : seats_) seat->loop->recorder().set_level(level);
    for (std::size_t i = 0; i < blocking_.limit(); ++i) blocking_.seat(i).recorder.set_level(level);
}

trace::EventRing* RuntimeCore::ring(std::size_t index) {
    return index < seats_.size() ? seats_[index]->loop->recorder().ring()
                                 : blocking_.seat(index - seats_.size()).recorder.ring();
}

void start_spawned(RuntimeCore& runtime, Spawned& spawned) noexcept { runtime.start(spawned); }

RuntimeCore& current_runtime() { return Loop::current().runtime(); }

}  // namespace detail::async

namespace io {

Runtime::Runtime(RuntimeOptions options) : core_(std::make_unique<detail::async::RuntimeCore>(std::move(options))) {}
Runtime::~Runtime() = default;
RuntimeTelemetry Runtime::telemetry() const { return core_->telemetry(); }
trace::Subject& Runtime::trace_subject() { return *core_; }

}  // namespace io

}  // namespace grainscope
