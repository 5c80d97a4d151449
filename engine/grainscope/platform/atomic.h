// The one name for atomics in the engine.
//
// Everything concurrent below engine/ uses grainscope::Atomic and never std::atomic by name, so that a model checker or
// a deterministic scheduler can stand in for it by replacing this header.
#pragma once

#include <atomic>
#include <cstddef>

namespace grainscope {

template <class T>
using Atomic = std::atomic<T>;

inline constexpr auto relaxed = std::memory_order_relaxed;
inline constexpr auto acquire = std::memory_order_acquire;
inline constexpr auto release = std::memory_order_release;
inline constexpr auto acq_rel = std::memory_order_acq_rel;
inline constexpr auto seq_cst = std::memory_order_seq_cst;

/// The distance that keeps two objects from sharing a cache line or an adjacent-line prefetch pair. A constant, so that
/// the layout of a public type never depends on -march.
inline constexpr std::size_t cache_line = 128;

}  // namespace grainscope
