#include <grainscope/platform/threads.h>

#include <limits.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

namespace grainscope::platform {
namespace {

extern "C" void* run_thread_body(void* argument) {
    const std::unique_ptr<std::move_only_function<void()>> body(
        static_cast<std::move_only_function<void()>*>(argument));
    (*body)();
    return nullptr;
}

std::size_t page_multiple(std::size_t bytes) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return (bytes + page - 1) / page * page;
}

}  // namespace

std::size_t usable_cores() noexcept {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max<std::size_t>(1, CPU_COUNT(&set));
    return static_cast<std::size_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
}

Thread::Thread(std::size_t stack_bytes, std::move_only_function<void()> body) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    const auto smallest = static_cast<std::size_t>(sysconf(_SC_THREAD_STACK_MIN));
    pthread_attr_setstacksize(&attributes, page_multiple(std::max(stack_bytes, smallest)));
    auto argument = std::make_unique<std::move_only_function<void()>>(std::move(body));
    const int error = pthread_create(&handle_, &attributes, run_thread_body, argument.get());
    pthread_attr_destroy(&attributes);
    if (error != 0) throw std::system_error(error, std::generic_category(), "a worker thread cannot be started");
    argument.release();  // the thread owns it now
    joinable_ = true;
}

Thread::Thread(Thread&& other) noexcept : handle_(other.handle_), joinable_(std::exchange(other.joinable_, false)) {}

Thread& Thread::operator=(Thread&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(joinable_, other.joinable_);
    return *this;
}

Thread::~Thread() { join(); }

void Thread::join() noexcept {
    if (std::exchange(joinable_, false)) pthread_join(handle_, nullptr);
}

void Thread::detach() noexcept {
    if (std::exchange(joinable_, false)) pthread_detach(handle_);
}

void name_this_thread(const std::string& name) noexcept {
    constexpr std::size_t kernel_limit = 15;
    pthread_setname_np(pthread_self(), name.substr(0, kernel_limit).c_str());
}

void pin_this_thread(std::size_t n) noexcept {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) == 0) return;
    auto left = n % static_cast<std::size_t>(CPU_COUNT(&allowed));
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (!CPU_ISSET(core, &allowed) || left-- != 0) continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(core, &one);
        pthread_setaffinity_np(pthread_self(), sizeof one, &one);
        return;
    }
}

}  // namespace grainscope::platform
