#include <grainscope/io/spawn_blocking.h>

#include <grainscope/io/runtime_core.h>

namespace grainscope::detail::async {

void push_blocking(std::shared_ptr<BlockingJob> job) { current_runtime().blocking().push(std::move(job)); }

bool EndOfJob::begin_wait(const std::shared_ptr<Resumption>& resumption) {
    start_(resumption);
    return true;
}

void EndOfJob::await_resume() {
    end_wait();
    throw_if_cancelled();
}

void EndOfJob::cancel() noexcept {
    // Otherwise its report is on its way: nothing more will come from its thread once this task goes on.
    if (job_->abandon()) resume();
}

}  // namespace grainscope::detail::async
