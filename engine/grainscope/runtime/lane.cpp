#include <grainscope/runtime/lane.h>

#include <grainscope/runtime/registry.h>
#include <grainscope/runtime/worker.h>

namespace grainscope::detail {

thread_local constinit Lane* Lane::current_ = nullptr;

void Lane::wake_a_thief() noexcept { worker_->registry().wake_for_work(region(), worker_->index() + 1); }

}  // namespace grainscope::detail
