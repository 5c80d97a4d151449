// std::mutex and std::condition_variable inside an execution are the scheduler's: the linker's --wrap leads here.
#include <cerrno>
#include <condition_variable>

#include <pthread.h>

#include "model/hooks.h"

namespace model = grainscope::model;

namespace {

model::Deadline to_deadline(const timespec& at) {
    return model::Deadline(std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec));
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names.
extern "C" {

int __real_pthread_mutex_lock(pthread_mutex_t*);
int __wrap_pthread_mutex_lock(pthread_mutex_t* mutex) {
    if (!model::is_running()) return __real_pthread_mutex_lock(mutex);
    model::lock(mutex, true);
    return 0;
}

int __real_pthread_mutex_trylock(pthread_mutex_t*);
int __wrap_pthread_mutex_trylock(pthread_mutex_t* mutex) {
    if (!model::is_running()) return __real_pthread_mutex_trylock(mutex);
    return model::lock(mutex, false) ? 0 : EBUSY;
}

int __real_pthread_mutex_unlock(pthread_mutex_t*);
int __wrap_pthread_mutex_unlock(pthread_mutex_t* mutex) {
    if (!model::is_running()) return __real_pthread_mutex_unlock(mutex);
    model::unlock(mutex);
    return 0;
}

int __real_pthread_cond_clockwait(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
int __wrap_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                  const timespec* until) {
    if (!model::is_running()) return __real_pthread_cond_clockwait(condition, mutex, clock, until);
    const model::Deadline deadline = to_deadline(*until);
    return model::wait(condition, mutex, &deadline) ? 0 : ETIMEDOUT;
}

// std::condition_variable::wait, notify_one and notify_all, which live in the standard library's shared object.
void __real__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(std::condition_variable*,
                                                                      std::unique_lock<std::mutex>&);
void __wrap__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(std::condition_variable* condition,
                                                                      std::unique_lock<std::mutex>& lock) {
    if (!model::is_running()) return __real__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE(condition, lock);
    model::wait(condition->native_handle(), lock.mutex()->native_handle(), nullptr);
}

void __real__ZNSt18condition_variable10notify_oneEv(std::condition_variable*);
void __wrap__ZNSt18condition_variable10notify_oneEv(std::condition_variable* condition) {
    if (!model::is_running()) return __real__ZNSt18condition_variable10notify_oneEv(condition);
    model::notify(condition->native_handle(), false);
}

void __real__ZNSt18condition_variable10notify_allEv(std::condition_variable*);
void __wrap__ZNSt18condition_variable10notify_allEv(std::condition_variable* condition) {
    if (!model::is_running()) return __real__ZNSt18condition_variable10notify_allEv(condition);
    model::notify(condition->native_handle(), true);
}

// std::chrono::steady_clock::now: time passes only where a deadline does.
std::int64_t __real__ZNSt6chrono3_V212steady_clock3nowEv();
std::int64_t __wrap__ZNSt6chrono3_V212steady_clock3nowEv() {
    if (!model::is_running()) return __real__ZNSt6chrono3_V212steady_clock3nowEv();
    return model::now().time_since_epoch().count();
}

int __real___cxa_thread_atexit(void (*)(void*), void*, void*);
int __wrap___cxa_thread_atexit(void (*destructor)(void*), void* object, void* library) {
    if (!model::is_running()) return __real___cxa_thread_atexit(destructor, object, library);
    model::at_thread_exit(destructor, object);
    return 0;
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
