#include <grainscope/io/spawn_blocking.h>

#include <grainscope/io/runtime_core.h>

namespace grainscope::detail::async {

void push_blocking(std::shared_ptr<BlockingJob> job) { current_runtime().blocking().push(std::move(job)); }

bool EndOfJob::begin(Scope& scope, std::coroutine_handle<> awaiting) {
    scope_ = &scope;
    if (scope.is_cancelled()) return false;
    resumption_ = std::make_shared<Resumption>(Loop::current(), awaiting);
    start_(resumption_);
    scope.add(*this);
    return true;
}

void EndOfJob::await_resume() {
    if (resumption_ == nullptr) throw Cancelled();
    scope_->remove(*this);
    if (scope_->is_cancelled()) throw Cancelled();
}

void EndOfJob::cancel() noexcept {
    // Otherwise its report is on its way: nothing more will come from its thread once this task goes on.
    if (job_->abandon()) resumption_->post();
}

}  // namespace grainscope::detail::async
