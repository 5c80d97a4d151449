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
    : options_(std::move(options)),
      panic_(std::make_shared<PanicHandler>(options_.panic_handler)),
      blocking_(options_.blocking_threads, options_.keep_idle) {
    if (options_.io_threads == 0) throw std::invalid_argument("io_threads = 0: a runtime needs at least one IO thread");
    if (options_.blocking_threads == 0)
        throw std::invalid_argument("blocking_threads = 0: a runtime needs at least one blocking thread");
    for (std::size_t i = 0; i < options_.io_threads; ++i) {
        seats_.push_back(std::make_unique<Seat>());
        seats_.back()->loop = std::make_unique<Loop>(*this);
    }
    try {
        for (std::size_t i = 0; i < seats_.size(); ++i) {
            Seat& seat = *seats_[i];
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
            for (const auto& spawned : seat.running) spawned->cancel();
        });
    }
    for (const auto& seat : seats_) seat->thread.join();
}

RuntimeCore::Seat& RuntimeCore::seat_of(const Loop& loop) noexcept {
    return **std::ranges::find_if(seats_, [&](const auto& seat) { return seat->loop.get() == &loop; });
}

void RuntimeCore::start(std::shared_ptr<Spawned> spawned) {
    Seat& seat = *seats_[spawned_.fetch_add(1, relaxed) % seats_.size()];  // a number that stands for itself
    Loop& loop = *seat.loop;
    spawned->assign(loop, panic_);
    loop.post([&seat, spawned = std::move(spawned)] {
        seat.running.insert(spawned);
        if (seat.stopping) spawned->cancel();
        spawned->start();
    });
}

void RuntimeCore::forget(Loop& loop, std::shared_ptr<Spawned> spawned) {
    // Later: the task's coroutine is still on its way out.
    loop.post([&seat = seat_of(loop), spawned = std::move(spawned)] { seat.running.erase(spawned); });
}

grainscope::io::RuntimeTelemetry RuntimeCore::telemetry() const {
    const BlockingPool::Telemetry blocking = blocking_.telemetry();
    const std::uint64_t ended = ended_.load(relaxed);  // first: nothing ends before it was spawned
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

void start_spawned(RuntimeCore& runtime, std::shared_ptr<Spawned> spawned) { runtime.start(std::move(spawned)); }

RuntimeCore& current_runtime() { return Loop::current().runtime(); }

// -- spawned tasks
// -----------------------------------------------------------------------------------------------------

void Spawned::start() {
    const Coroutine coroutine = this->coroutine();
    coroutine.promise->prepare(
        scope_,
        [](void* spawned, PromiseBase&) noexcept {
            static_cast<Spawned*>(spawned)->end();
            return std::coroutine_handle<>();
        },
        this);
    Trampoline::run(coroutine.handle);
}

void Spawned::end() {
    const std::shared_ptr<Spawned> self = shared_from_this();
    loop_->runtime().count_end();  // before anybody can have been told
    bool detached = false;
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        detached = detached_;
        if (when_ended_) std::exchange(when_ended_, nullptr)();
        ended_signal_.notify_all();
    }
    if (detached) panic_if_failed();
    loop_->runtime().forget(*loop_, self);
}

void Spawned::abort() {
    // Under the lock: as long as it has not ended, its loop lives.
    const std::lock_guard lock(mutex_);
    if (!ended_) loop_->post([self = shared_from_this()] { self->cancel(); });
}

bool Spawned::has_ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
}

void Spawned::check_not_waiting_for_itself() const {
    if (Loop::current_or_null() != nullptr)
        throw std::logic_error("an IO thread would wait for a task: within a task, co_await it");
}

bool Spawned::wait_until(std::chrono::steady_clock::time_point deadline) const {
    check_not_waiting_for_itself();
    std::unique_lock lock(mutex_);
    return ended_signal_.wait_until(lock, deadline, [this] { return ended_; });
}

void Spawned::wait() const {
    check_not_waiting_for_itself();
    std::unique_lock lock(mutex_);
    ended_signal_.wait(lock, [this] { return ended_; });
}

void Spawned::when_ended(std::move_only_function<void()> f) {
    const std::lock_guard lock(mutex_);
    if (ended_ && f) return f();
    when_ended_ = std::move(f);
}

void Spawned::detach() noexcept {
    {
        const std::lock_guard lock(mutex_);
        detached_ = true;
        if (!ended_) return;
    }
    panic_if_failed();  // it ended first, and nobody has asked for its result
}

void Spawned::panic_if_failed() noexcept {
    std::exception_ptr lost = exception();
    if (lost == nullptr) return;
    if (!*panic_) std::terminate();
    (*panic_)(std::move(lost));
}

bool EndOfSpawned::begin_wait(const std::shared_ptr<Resumption>& resumption) {
    spawned_->when_ended([resumption] { resumption->post(); });
    return true;
}

void EndOfSpawned::await_resume() {
    end_wait();
    if (has_waited() && is_cancelled()) spawned_->when_ended(nullptr);  // from here on it knows nothing of this loop
    throw_if_cancelled();
}

}  // namespace detail::async

namespace io {

Runtime::Runtime(RuntimeOptions options) : core_(std::make_unique<detail::async::RuntimeCore>(std::move(options))) {}
Runtime::~Runtime() = default;
RuntimeTelemetry Runtime::telemetry() const { return core_->telemetry(); }
trace::Subject& Runtime::trace_subject() { return *core_; }

}  // namespace io

}  // namespace grainscope
