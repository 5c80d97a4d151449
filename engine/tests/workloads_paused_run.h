// A run that stands at its gate and is cancelled there: every workload must end it.
#pragma once

#include <atomic>
#include <thread>

#include <grainscope/backends/backend.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::testing {

/// Whether a run that waits at a paused gate ends with Cancelled when it is cancelled. The workload must be prepared.
inline bool paused_run_ends_cancelled(workloads::Workload& workload, backends::Backend& backend) {
    workloads::Gate gate;
    workloads::RunContext context;
    context.gate = &gate;
    workload.reset(context);
    gate.pause();
    std::atomic<bool> cancelled = false;
    std::jthread run([&] {
        try {
            workload.run(backend, context);
        } catch (const Cancelled&) {
            cancelled = true;
        }
    });
    context.cancel.cancel();
    gate.wake();
    run.join();
    return cancelled;
}

}  // namespace grainscope::testing
