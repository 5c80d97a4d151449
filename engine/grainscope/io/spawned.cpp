#include <grainscope/io/spawned.h>

#include <condition_variable>
#include <stdexcept>

#include <grainscope/io/runtime_core.h>

namespace grainscope::detail::async {

namespace {

/// A thread that does nothing else meanwhile.
class WaitingThread final : public EndWaiter {
  public:
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return told_; });
    }
    [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        return changed_.wait_until(lock, deadline, [this] { return told_; });
    }

  private:
    void told() noexcept override {
        // Notified under the lock: the thread, and with it this object, may be gone as soon as the lock is free.
        const std::lock_guard lock(mutex_);
        told_ = true;
        changed_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool told_ = false;
};

void check_not_waiting_for_itself() {
    if (Loop::current_or_null() != nullptr)
        throw std::logic_error("an IO thread would wait for a task: within a task, co_await it");
}

}  // namespace

void Spawned::release() noexcept {
    // Acquire pairs with the release of the other share: what it did to the task comes before the end of both. With one
    // share left there is nobody else.
    if (shares_.load(acquire) == 1 || shares_.fetch_sub(1, acq_rel) == 1) delete this;
}

void Spawned::run() noexcept {
    if (!promise_.is_started()) return start();
    seat_->running.remove(*this);
    release();
}

void Spawned::drop() noexcept {
    // A task that another one of a runtime in its end gave to a loop which had ended already.
    promise_.fail(std::make_exception_ptr(Cancelled()));
    set_ended();
    release();
}

void Spawned::start() noexcept {
    seat_->running.add(*this);
    if (seat_->stopping) scope_.cancel();
    promise_.prepare(
        scope_,
        [](void* spawned, PromiseBase&) noexcept {
            static_cast<Spawned*>(spawned)->end();
            return std::coroutine_handle<>();
        },
        this);
    Trampoline::run(coroutine_);
}

void Spawned::end() noexcept {
    seat_->count_end();  // before anybody can have been told
    if (promise_.has_failed()) panic_ = seat_->panic;
    set_ended();
    seat_->loop->post(*this);  // later: the task's coroutine is still on its way out
}

void Spawned::set_ended() noexcept {
    const std::uint32_t before = set(ended);
    if ((before & watched) != 0) {
        const std::lock_guard lock(mutex_);
        while (waiters_ != nullptr) {
            EndWaiter& waiter = *waiters_;
            waiters_ = std::exchange(waiter.next_, nullptr);
            waiter.told();
        }
    }
    if ((before & detached) != 0) panic_if_failed();
}

void Spawned::abort() {
    // Under the lock: as long as it has not ended, its loop lives.
    const std::lock_guard lock(mutex_);
    if ((set(watched) & ended) != 0) return;
    shares_.fetch_add(1, relaxed);  // by one who has a share
    seat_->loop->post([self = Share<Spawned>(this)] { self->cancel(); });
}

bool Spawned::wait_until(std::chrono::steady_clock::time_point deadline) {
    check_not_waiting_for_itself();
    WaitingThread thread;
    return !watch(thread) || thread.wait_until(deadline) || !unwatch(thread);
}

void Spawned::wait() {
    check_not_waiting_for_itself();
    WaitingThread thread;
    if (watch(thread)) thread.wait();
}

bool Spawned::watch(EndWaiter& waiter) {
    if (has_ended()) return false;
    const std::lock_guard lock(mutex_);
    if ((set(watched) & ended) != 0) return false;
    waiter.next_ = std::exchange(waiters_, &waiter);
    return true;
}

bool Spawned::unwatch(EndWaiter& waiter) noexcept {
    const std::lock_guard lock(mutex_);
    for (EndWaiter** link = &waiters_; *link != nullptr; link = &(*link)->next_) {
        if (*link != &waiter) continue;
        *link = waiter.next_;
        return true;
    }
    return false;
}

void Spawned::detach() noexcept {
    if ((set(detached) & ended) != 0) panic_if_failed();  // it ended first, and nobody has asked for its result
}

void Spawned::panic_if_failed() noexcept {
    if (panic_ == nullptr) return;
    try {
        promise_.rethrow_if_failed();
    } catch (const Cancelled&) {
    } catch (...) {
        if (!*panic_) std::terminate();
        (*panic_)(std::current_exception());
    }
}

bool EndOfSpawned::begin_wait() {
    loop_ = &Loop::current();
    if (!spawned_.watch(*this)) {
        loop_ = nullptr;
        return false;
    }
    scope_->add(*this);
    return true;
}

void EndOfSpawned::cancel() noexcept {
    // Otherwise it has been told, and is on its way through the loop.
    if (spawned_.unwatch(*this)) loop_->post(*this);
}

}  // namespace grainscope::detail::async
