// A message's way through the stages of a program, for recordings.
#pragma once

#include <cstdint>

#include <grainscope/platform/clock.h>
#include <grainscope/runtime/worker.h>
#include <grainscope/trace/event.h>

namespace grainscope {

/// Notes that the calling worker worked on that message, at that stage, from `begin` to `end` (platform::ticks()).
/// Costs a few nanoseconds besides the stamps; does nothing outside a pool, or where nobody records. For some messages
/// only: a full ring drops what is too much, and counts it.
inline void record_message(std::uint64_t message, std::uint32_t stage, platform::Ticks begin,
                           platform::Ticks end) noexcept {
    if (detail::Worker* const worker = detail::Worker::current()) {
        worker->recorder().record(
            {.begin = begin, .end = end, .id = message, .victim = stage, .kind = trace::EventKind::message});
    }
}

}  // namespace grainscope
