// What went through a channel between any two moments, and how full it was.
#pragma once

#include <optional>
#include <vector>

#include "ui/models/time_navigator.h"

namespace grainscope::ui {

/// What a channel did in some stretch of time.
struct ChannelFlow {
    double sent = 0, received = 0;
    double sendBlockedNs = 0, receiveBlockedNs = 0;  ///< of all senders (receivers) together
    double depthNs = 0;                              ///< messages inside, added up over time
    double knownNs = 0;                              ///< how much of the time lies between two samples

    ChannelFlow& operator+=(const ChannelFlow& other);
    friend ChannelFlow operator-(const ChannelFlow& later, const ChannelFlow& earlier);
};

/// What a px column of a channel's strip shows.
struct FillColumn {
    bool known = false;
    quint64 least = 0, most = 0;                     ///< messages inside
    double sendBlockedNs = 0, receiveBlockedNs = 0;  ///< of all senders (receivers) together
    double columnNs = 0;                             ///< the part of the column that is known
    double received = 0;                             ///< at the samples in this column
};

/// Running totals of a channel, grown as its track grows; totals that fall (a new run counts anew) count as standing
/// still. Between two samples totals grow evenly and the depth is that of the earlier one. A question costs a binary
/// search; only extremes look at samples, 64 at a time.
class ChannelIndex {
  public:
    /// Takes in what the track has gained. A track that shrank (another recording) is indexed anew.
    void update(const trace::ChannelTrack& track);

    /// What the channel did in the range.
    [[nodiscard]] ChannelFlow between(const trace::ChannelTrack& track, TimeRange range) const;
    /// The most messages inside at any sample of the range, or at the last one before it.
    [[nodiscard]] quint64 deepest(const trace::ChannelTrack& track, TimeRange range) const;
    /// The most messages inside that any sample has seen.
    [[nodiscard]] quint64 deepestEver() const { return deepestEver_; }
    /// The sample that was true at a moment; null before the first one.
    [[nodiscard]] static const trace::ChannelSample* at(const trace::ChannelTrack& track, Nanoseconds time);
    /// The columns of `range` over `width` px.
    [[nodiscard]] std::vector<FillColumn> columns(const trace::ChannelTrack& track, TimeRange range, int width) const;

  private:
    static constexpr std::size_t blockSize = 64;
    struct Extremes {
        quint64 least, most;
    };
    [[nodiscard]] ChannelFlow before(const trace::ChannelTrack& track, Nanoseconds time) const;
    /// The same where `next` samples are known to lie before `time`.
    [[nodiscard]] ChannelFlow before(const trace::ChannelTrack& track, Nanoseconds time, std::size_t next) const;
    [[nodiscard]] Extremes extremes(const trace::ChannelTrack& track, std::size_t first, std::size_t last) const;

    std::vector<ChannelFlow> totals_;  ///< totals_[i]: up to sample i
    std::vector<Extremes> blocks_;     ///< of samples i * blockSize and the blockSize - 1 that follow
    quint64 deepestEver_ = 0;
};

}  // namespace grainscope::ui
