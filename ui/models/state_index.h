// Time in each state between any two moments, for one worker, at a cost that does not grow with the distance.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include <grainscope/trace/recording.h>

namespace grainscope::ui {

using StateTimes = std::array<trace::Nanoseconds, trace::state_count>;

/// Running totals of a worker's state times, one every `blockSize` spans, grown as the track grows. A question costs
/// one binary search and at most blockSize spans: 4 bytes of index a span, and nothing is ever rebuilt.
class StateIndex {
  public:
    static constexpr std::size_t blockSize = 16;

    /// Takes in what the track has gained since last time. A track that shrank (another recording) is indexed anew.
    void update(const trace::WorkerTrack& track);

    /// Answers questions about ascending moments; each starts searching where the last one ended. Valid until the track
    /// grows.
    class Walk {
      public:
        Walk(const StateIndex& index, const trace::WorkerTrack& track);
        /// Time in each state in [0, time), the still open span included as far as it is known.
        [[nodiscard]] StateTimes before(trace::Nanoseconds time);
        /// The same at a moment up to blockSize spans earlier, without looking at a span: enough where a pixel stands
        /// for many blocks, and several times cheaper because the spans stay out of the cache.
        [[nodiscard]] StateTimes nearlyBefore(trace::Nanoseconds time);

      private:
        /// Moves to the last block that begins before `time`. False if there is none.
        [[nodiscard]] bool locate(trace::Nanoseconds time);

        const StateIndex& index_;
        const trace::WorkerTrack& track_;
        std::optional<trace::StateSpan> open_;
        std::size_t block_ = 0;
    };
    /// The same for a single moment.
    [[nodiscard]] StateTimes before(const trace::WorkerTrack& track, trace::Nanoseconds time) const;
    /// Time in each state in [begin, end).
    [[nodiscard]] StateTimes between(const trace::WorkerTrack& track, trace::Nanoseconds begin,
                                     trace::Nanoseconds end) const;
    /// The same by the worker's own totals where a sample has them, which also know the searches too short for a span
    /// and what a full ring dropped; by spans only from the last sample before each end on.
    [[nodiscard]] StateTimes exactlyBetween(const trace::WorkerTrack& track, trace::Nanoseconds begin,
                                            trace::Nanoseconds end) const;

  private:
    [[nodiscard]] StateTimes exactlyBefore(const trace::WorkerTrack& track, trace::Nanoseconds time) const;

    std::vector<trace::Nanoseconds> begins_;  ///< begin of each block's first span
    std::vector<StateTimes> totals_;          ///< totals_[i]: time in each state in spans before i * blockSize
    StateTimes running_{};
    std::size_t indexed_ = 0;
};

/// The sum over all states.
[[nodiscard]] trace::Nanoseconds knownTime(const StateTimes& times);
[[nodiscard]] StateTimes difference(const StateTimes& later, const StateTimes& earlier);

/// Whether the worker tells its states at all. The threads of other backends do not: only the kernel knows about them.
[[nodiscard]] bool tellsStates(const trace::WorkerTrack& track);

}  // namespace grainscope::ui
