// The messages that a run followed: which stages each of them went through, and when.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ui/models/pipeline_diagram.h"
#include "ui/models/time_navigator.h"

namespace grainscope::ui {

/// One stage of a message's life: a worker worked on it from begin to end.
struct MessageHop {
    Nanoseconds begin = 0, end = 0;
    int stage = 0, worker = 0;
};

struct FollowedMessage {
    quint64 id = 0;
    std::size_t phase = 0;         ///< repetitions may number their messages anew: the same id in two is two messages
    std::vector<MessageHop> hops;  ///< by begin
    [[nodiscard]] Nanoseconds begin() const { return hops.front().begin; }
    [[nodiscard]] Nanoseconds end() const { return hops.back().end; }
    [[nodiscard]] Nanoseconds worked() const;
    [[nodiscard]] Nanoseconds latency() const { return end() - begin(); }
};

/// Where a followed message is at one moment.
struct MessagePlace {
    std::size_t message = 0;     ///< its number in the index
    std::size_t hop = 0;         ///< the hop it is in, or the one behind it
    std::optional<int> channel;  ///< none: a worker works on it
    double done = 0;             ///< how much of the hop, or of the wait, has passed: 0 to 1
};

/// All messages of a recording, grown as it grows: each span costs one look-up in a table. Begins and ends lie
/// together, so that "who is on the way at this moment" is a scan of 16 bytes a message.
class MessageIndex {
  public:
    /// Takes in what the recording has gained. One that shrank (another recording) is indexed anew.
    void update(const trace::Recording& recording);
    void clear() { *this = {}; }

    [[nodiscard]] const std::vector<FollowedMessage>& messages() const { return messages_; }
    /// Whether it entered at a source of the diagram and left at a sink.
    [[nodiscard]] static bool wentThrough(const FollowedMessage& message, const PipelineDiagram& diagram);
    /// Calls `visit` for each message whose life touches the range.
    void forEachIn(TimeRange range, const std::function<void(const FollowedMessage&)>& visit) const;
    /// The messages on the way at a moment. Who waits for a hop that is not known yet waits at most `patience`.
    [[nodiscard]] std::vector<MessagePlace> placesAt(Nanoseconds time, const PipelineDiagram& diagram,
                                                     Nanoseconds patience) const;
    /// The number of the message with this id that is on the way at a moment, or else the one nearest to it.
    [[nodiscard]] std::optional<std::size_t> find(quint64 id, Nanoseconds time) const;

  private:
    struct Key {
        quint64 id;
        std::size_t phase;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const {
            return static_cast<std::size_t>((key.id + 0x9e3779b97f4a7c15U * (key.phase + 1)) * 0xbf58476d1ce4e5b9U);
        }
    };
    struct Life {
        Nanoseconds begin, end;
    };
    void take(std::size_t worker, const trace::MessageSpan& span);

    std::vector<FollowedMessage> messages_;
    std::vector<Life> lives_;  ///< lives_[i]: of messages_[i]
    std::unordered_map<Key, std::size_t, Hash> numbers_;
    std::vector<std::size_t> taken_;   ///< by worker: spans that are in
    std::vector<Nanoseconds> starts_;  ///< of the repetitions
    std::size_t phasesRead_ = 0;
};

}  // namespace grainscope::ui
