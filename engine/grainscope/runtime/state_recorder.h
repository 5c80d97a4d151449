// What one worker does, kept for others to read: exact time in each state, the open span, and finished spans in a ring.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/clock.h>
#include <grainscope/trace/event.h>
#include <grainscope/trace/event_ring.h>
#include <grainscope/trace/subject.h>

namespace grainscope::detail {

class StateRecorder;
/// Of a thread that is no worker but keeps books like one (a blocking thread); null elsewhere.
inline thread_local constinit StateRecorder* recorder_of_this_thread [[gnu::tls_model("initial-exec")]] = nullptr;

/// Written by its worker at changes of state only, read by anyone at any time. The times are a sequence lock over
/// atomics: the writer makes `sequence_` odd, stores, and makes it even; a reader that saw it odd or changed tries
/// again. Every data store is a release and every data load an acquire, so that a reader which saw any new value also
/// sees the odd sequence (no fences: the thread sanitizer does not understand them).
class StateRecorder {
  public:
    using Ticks = platform::Ticks;
    using State = trace::State;

    StateRecorder() noexcept { start(platform::ticks()); }

    // -- the worker ---------------------------------------------------------------------------------------------------

    [[nodiscard]] State state() const noexcept { return current_; }

    /// From now on the worker does `next`. Two stamps' worth of work; called on slow paths only.
    void change(State next, Ticks now = platform::ticks()) noexcept {
        if (next == current_) return;
        const State drawn_before = drawn_;
        if (current_ == State::searching && now - since_ < shortest_search_) {
            // A short search closes no span: it is in the totals and in the count of failed steals.
            if (next != drawn_before) {
                finish_span(drawn_before, drawn_since_, since_);
                drawn_ = next;
                drawn_since_ = now;
            }
        } else if (current_ == State::searching) {
            if (drawn_before != State::searching) finish_span(drawn_before, drawn_since_, since_);
            finish_span(State::searching, since_, now);
            drawn_ = next;
            drawn_since_ = now;
        } else if (next != State::searching) {
            finish_span(current_, drawn_since_, now);
            drawn_ = next;
            drawn_since_ = now;
        }  // else: whether this search becomes a span is known at its end
        publish(next, now);
    }

    [[nodiscard]] trace::Level level() const noexcept {
        return level_.load(relaxed);
    }  // a wish, not an order of memory

    void record(const trace::Event& event) noexcept {
        // Acquire pairs with the release in set_level: the ring is whole.
        if (trace::EventRing* ring = ring_.load(acquire)) ring->push(event);
    }

    // -- anyone -------------------------------------------------------------------------------------------------------

    [[nodiscard]] trace::StateReading read(Ticks now) const noexcept {
        for (;;) {
            const std::uint32_t before = sequence_.load(acquire);  // pairs with the closing release in publish
            if (before % 2 == 0) {
                trace::StateReading reading;
                for (int i = 0; i < trace::state_count; ++i) reading.total[i] = total_[i].load(acquire);
                reading.state = public_state_.load(acquire);
                reading.since = public_since_.load(acquire);
                reading.drawn_state = public_drawn_.load(acquire);
                reading.drawn_since = public_drawn_since_.load(acquire);
                // Relaxed: the acquire loads above keep it behind them.
                if (sequence_.load(relaxed) == before) {
                    if (now > reading.since) reading.total[static_cast<int>(reading.state)] += now - reading.since;
                    return reading;
                }
            }
        }
    }

    /// Makes the ring at the first level above off. Not on the worker's path; one caller at a time.
    void set_level(trace::Level level) {
        if (level != trace::Level::off && !owned_ring_) {
            owned_ring_ = std::make_unique<trace::EventRing>(ring_capacity);
            ring_.store(owned_ring_.get(), release);  // pairs with the acquire in record
        }
        level_.store(level, relaxed);  // the worker may see it late by one change of state
    }

    [[nodiscard]] trace::EventRing* ring() const noexcept { return owned_ring_.get(); }

  private:
    static constexpr std::size_t ring_capacity = std::size_t{1} << 16;

    void start(Ticks now) noexcept {
        shortest_search_ =
            static_cast<Ticks>(static_cast<double>(trace::shortest_search_span_ns) * platform::ticks_per_ns());
        drawn_since_ = now;
        since_ = now;
        public_since_.store(now, relaxed);        // before any other thread knows the worker
        public_drawn_since_.store(now, relaxed);  // likewise
    }

    void finish_span(State state, Ticks begin, Ticks end) noexcept {
        if (level() == trace::Level::off) return;
        record(
            {.begin = begin, .end = end, .kind = trace::EventKind::state, .detail = static_cast<std::uint8_t>(state)});
    }

    void publish(State next, Ticks now) noexcept {
        const std::uint32_t sequence = sequence_.load(relaxed);  // only this thread writes it
        sequence_.store(sequence + 1, relaxed);                  // before the data by their releases
        Atomic<Ticks>& total = total_[static_cast<int>(current_)];
        total.store(total.load(relaxed) + (now - since_), release);  // all of these pair with the acquires in read
        public_state_.store(next, release);
        public_since_.store(now, release);
        public_drawn_.store(drawn_, release);
        public_drawn_since_.store(drawn_since_, release);
        sequence_.store(sequence + 2, release);
        current_ = next;
        since_ = now;
    }

    // The worker's own.
    State current_ = State::parked;
    Ticks since_ = 0;
    State drawn_ = State::parked;  ///< the span that is open in the recording; behind `current_` during a search
    Ticks drawn_since_ = 0;
    Ticks shortest_search_ = 0;
    // For readers.
    Atomic<std::uint32_t> sequence_{0};
    std::array<Atomic<Ticks>, trace::state_count> total_{};
    Atomic<State> public_state_{State::parked};
    Atomic<Ticks> public_since_{0};
    Atomic<State> public_drawn_{State::parked};
    Atomic<Ticks> public_drawn_since_{0};
    Atomic<trace::Level> level_{trace::Level::off};
    Atomic<trace::EventRing*> ring_{nullptr};
    std::unique_ptr<trace::EventRing> owned_ring_;
};

}  // namespace grainscope::detail
