#include <grainscope/runtime/fifo.h>

#include <grainscope/runtime/worker.h>

namespace grainscope::detail {

FifoSet::FifoSet(std::size_t workers)
    : workers_(workers), fifos_(std::make_unique<std::shared_ptr<Fifo>[]>(workers + 1)) {
    for (std::size_t i = 0; i <= workers; ++i) fifos_[i] = std::make_shared<Fifo>();
}

Fifo& FifoSet::of(const Worker* worker) const noexcept {
    return *fifos_[worker != nullptr ? worker->index() : workers_];
}

}  // namespace grainscope::detail
