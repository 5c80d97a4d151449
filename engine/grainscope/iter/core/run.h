// One run of a pipeline: what its pieces share, what stops it, and how it was cut.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <grainscope/iter/core/policy.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/splitting_log.h>

namespace grainscope::detail {

/// How a run is being cut: a piece touches this when it splits or has come from another worker, never for an item. All
/// relaxed: the joins order what is read at the end.
class RunReport {
  public:
    void add_source(std::uint64_t items) noexcept {
        sources_.fetch_add(1, relaxed);
        items_.fetch_add(items, relaxed);
    }
    void add_source_of_unknown_length() noexcept {
        sources_.fetch_add(1, relaxed);
        knows_items_.store(false, relaxed);
    }
    void count_split_at_start() noexcept { at_start_.fetch_add(1, relaxed); }
    void count_split_on_demand() noexcept { on_demand_.fetch_add(1, relaxed); }
    void count_split_by_max_len() noexcept { by_max_len_.fetch_add(1, relaxed); }
    void count_migrated() noexcept { migrated_.fetch_add(1, relaxed); }
    void set_grain(std::size_t grain, float item_ticks) noexcept {
        grain_.store(grain, relaxed);
        item_ticks_.store(item_ticks, relaxed);
    }

    [[nodiscard]] SplittingLog::Entry entry(const Policy& policy) const noexcept {
        const std::uint64_t splits = at_start_.load(relaxed) + on_demand_.load(relaxed) + by_max_len_.load(relaxed);
        return {.ended = platform::ticks(),
                .item_ticks = static_cast<double>(item_ticks_.load(relaxed)),
                .splitting = {.items = knows_items_.load(relaxed) ? items_.load(relaxed) : 0,
                              .grain = grain_.load(relaxed),
                              .why_grain = policy.grain > 0 ? GrainOrigin::given : GrainOrigin::probed,
                              .min_len = std::max<std::size_t>(1, policy.min_length),
                              .max_len = std::max<std::size_t>(1, policy.max_length),
                              .pieces = sources_.load(relaxed) + splits,
                              .splits_at_start = at_start_.load(relaxed),
                              .splits_on_demand = on_demand_.load(relaxed),
                              .splits_by_max_len = by_max_len_.load(relaxed),
                              .migrated = migrated_.load(relaxed)}};
    }

  private:
    Atomic<std::uint64_t> sources_{0}, items_{0};
    Atomic<bool> knows_items_{true};
    Atomic<std::uint64_t> at_start_{0}, on_demand_{0}, by_max_len_{0}, migrated_{0};
    Atomic<std::size_t> grain_{0};
    Atomic<float> item_ticks_{0};
};

/// What one run of a pipeline shares among all its pieces. On the stack of the consumer's call.
class RunControl {
  public:
    /// `outer`: the run that this one is a part of (flat_map); what stops that one stops this one.
    template <class Pipeline>
    explicit RunControl(const Pipeline& pipeline, RunControl* outer = nullptr) noexcept
        : outer_(outer),
          pipeline_(&pipeline),
          is_cancelled_([](const void* p) { return static_cast<const Pipeline*>(p)->is_cancelled(); }) {}

    /// A closure has thrown: what has not begun does not begin, in the outer run either, where the exception goes: it
    /// may be long on its way, since who waits for the pieces inside helps with others. Relaxed: it orders nothing, the
    /// joins do.
    void stop() noexcept {
        stopped_.store(true, relaxed);
        if (outer_ != nullptr) outer_->stop();
    }
    [[nodiscard]] bool should_stop() const noexcept {
        return stopped_.load(relaxed) || is_cancelled_(pipeline_) || (outer_ != nullptr && outer_->should_stop());
    }
    [[nodiscard]] bool is_cancelled() const noexcept { return is_cancelled_(pipeline_); }
    [[nodiscard]] RunReport& report() noexcept { return report_; }

  private:
    Atomic<bool> stopped_{false};
    RunControl* outer_;
    const void* pipeline_;
    bool (*is_cancelled_)(const void*);
    RunReport report_;
};

}  // namespace grainscope::detail
