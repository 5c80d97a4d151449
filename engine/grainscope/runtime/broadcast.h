// The same call on every worker.
#pragma once

#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/runtime/broadcast_context.h>
#include <grainscope/runtime/call.h>
#include <grainscope/runtime/latch.h>
#include <grainscope/runtime/registry.h>
#include <grainscope/runtime/root_span.h>

namespace grainscope {

namespace detail {

template <class F>
class BroadcastJob final : public Job {
  public:
    using Result = CallValue<F&, BroadcastContext>;

    BroadcastJob(F& f, BroadcastContext context, CountLatch& latch)
        : Job(&run), f_(f), context_(context), latch_(latch) {
        latch_.increment();
    }
    [[nodiscard]] Result take() { return outcome_.take(); }
    void discard() noexcept { outcome_.discard(); }

  private:
    static void run(Job& job, Worker& runner, Worker&) {
        auto& self = static_cast<BroadcastJob&>(job);
        CountLatch& latch = self.latch_;
        {
            const RootSpan span(runner);
            self.outcome_.run([&]() -> decltype(auto) { return self.f_(self.context_); });
        }
        latch.decrement();
    }

    F& f_;
    BroadcastContext context_;
    CountLatch& latch_;
    Outcome<Result> outcome_;
};

template <class F>
auto broadcast_in(Registry& registry, F& f) {
    using Result = typename BroadcastJob<F>::Result;
    Worker* const here = registry.current_worker();
    const Region* const region = here != nullptr ? here->lane().region() : nullptr;
    CountLatch latch(registry);
    std::vector<std::unique_ptr<BroadcastJob<F>>> jobs;
    for (std::size_t i = 0; i < registry.size(); ++i) {
        jobs.push_back(std::make_unique<BroadcastJob<F>>(f, BroadcastContext(i, registry.size()), latch));
    }
    for (std::size_t i = 0; i < registry.size(); ++i) registry.mail(i, *jobs[i], region);
    latch.wait();
    std::vector<Result> results;
    results.reserve(jobs.size());
    std::exception_ptr first_error;
    for (const auto& job : jobs) {
        if (first_error) {
            job->discard();
            continue;
        }
        try {
            results.push_back(job->take());
        } catch (...) {
            first_error = std::current_exception();
        }
    }
    if (first_error) std::rethrow_exception(first_error);
    if constexpr (!std::is_void_v<std::invoke_result_t<F&, BroadcastContext>>) return results;
}

}  // namespace detail

/// Calls f(BroadcastContext) once on every worker of the current pool, each when it next looks for work, and waits for
/// all. Returns the results in the order of the workers' indices. The first exception by index is rethrown after all
/// have ended.
///
///     std::vector<std::size_t> ids = grainscope::broadcast([](grainscope::BroadcastContext c) { return c.index(); });
template <class F>
auto broadcast(F&& f) {
    return detail::broadcast_in(detail::Registry::current(), f);
}

}  // namespace grainscope
