// Time in each state between any two moments, for one worker, in constant memory a question.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include <grainscope/trace/recording.h>

namespace grainscope::ui {

using StateTimes = std::array<trace::Nanoseconds, trace::state_count>;

/// Running totals of a worker's state times, one every `blockSize` spans, grown as the track grows. A question costs
/// one binary search and at most blockSize spans: 3 bytes of index a span, and nothing is ever rebuilt.
class StateIndex {
  public:
    static constexpr std::size_t blockSize = 16;

    /// Takes in what the track has gained since last time. A track that shrank (another recording) is indexed anew.
    void update(const trace::WorkerTrack& track);
    /// Time in each state in [0, time), the still open span included as far as it is known.
    [[nodiscard]] StateTimes before(const trace::WorkerTrack& track, trace::Nanoseconds time) const;
    /// The first span that ends after `time`; states.size() if none does.
    [[nodiscard]] static std::size_t spanAfter(const trace::WorkerTrack& track, trace::Nanoseconds time);

  private:
    std::vector<StateTimes> totals_;  ///< totals_[i]: time in each state in spans before i * blockSize
    StateTimes running_{};
    std::size_t indexed_ = 0;
};

/// The span that the last sample says is still open, cut to what no closed span covers; none if there is none.
[[nodiscard]] std::optional<trace::StateSpan> openSpan(const trace::WorkerTrack& track);

/// How much of [begin, end) the worker was ready to run without a core, as the kernel says; none if it does not know.
[[nodiscard]] std::optional<double> descheduledTime(const trace::WorkerTrack& track, trace::Nanoseconds begin,
                                                    trace::Nanoseconds end);

}  // namespace grainscope::ui
