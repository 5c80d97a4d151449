// Channels that only have a receiving side: messages at a moment, messages at intervals, no messages.
//
// As crossbeam-channel's flavors/{at,tick,never}.rs: nothing is sent by anybody; a message is made when it is due and
// asked for.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>

#include <grainscope/channel/core.h>
#include <grainscope/platform/atomic.h>

namespace grainscope::detail::channel {

/// What timers share: they are never sent to, never disconnected, and list no waiters, as nobody makes them ready.
template <class S>
class SourceChannel : public Channel<S> {
  public:
    bool enlist(Side side, Entry&) override { return this->is_ready(side); }
    void delist(Side, Entry&) noexcept override {}
    void abandon(Token&) noexcept override {}
    bool is_ready(Side) const noexcept override { return !this->is_empty(); }
    bool watch(Side side, Entry&) noexcept override { return this->is_ready(side); }
    void unwatch(Side, Entry&) noexcept override {}
    void write(Token&, S&&) noexcept override {}
    std::size_t len() const noexcept override { return this->is_empty() ? 0 : 1; }
    bool is_full() const noexcept override { return !this->is_empty(); }
    bool is_disconnected() const noexcept override { return false; }

  protected:
    SourceChannel(Flavour flavour) noexcept : Channel<S>(flavour) {}
    void senders_gone() noexcept override {}
    void receivers_gone() noexcept override {}

    /// Sleeps until then, for ever if that is no_deadline.
    static void sleep_until(Instant when) noexcept {
        Waiter nobody;
        (void)nobody.park(when);
    }
};

/// One message, the moment itself, from that moment on.
class AtChannel final : public SourceChannel<Instant> {
  public:
    explicit AtChannel(Instant when) noexcept : SourceChannel(Flavour::at), when_(when) {}

    template <class Sink>
    Outcome receive(Sink&& sink, Instant deadline) {
        for (;;) {
            Token token;
            if (start(Side::receive, token)) {
                sink(read(token));
                return Outcome::done;
            }
            if (deadline == deadline_passed) return Outcome::not_ready;
            const Instant due = ready_at();
            sleep_until(std::min(deadline, due));
            if (deadline < due) return Outcome::timed_out;
        }
    }

    bool start(Side, Token& token) override {
        // Relaxed: a hint; the exchange decides.
        if (received_.load(relaxed) || std::chrono::steady_clock::now() < when_) return false;
        if (received_.exchange(true, seq_cst)) return false;
        token = {.place = this, .stamp = 0};
        return true;
    }
    Instant read(Token&) noexcept override { return when_; }
    Instant ready_at() const noexcept override { return received_.load(seq_cst) ? no_deadline : when_; }
    std::optional<std::size_t> capacity() const noexcept override { return 1; }
    bool is_empty() const noexcept override {
        return received_.load(seq_cst) || std::chrono::steady_clock::now() < when_;
    }

  protected:
    void add_telemetry(ChannelTelemetry& telemetry) const override {
        telemetry.received = received_.load(seq_cst) ? 1 : 0;
        telemetry.sent = telemetry.received + len();
    }

  private:
    const Instant when_;
    Atomic<bool> received_{false};
};

/// A message, the moment it was due, at intervals. One that is not fetched in time holds the next ones up: they are not
/// made up for.
class TickChannel final : public SourceChannel<Instant> {
  public:
    TickChannel(Instant first, Instant::duration period) noexcept
        : SourceChannel(Flavour::tick), period_(period), due_(first) {}

    template <class Sink>
    Outcome receive(Sink&& sink, Instant deadline) {
        for (;;) {
            Token token;
            if (start(Side::receive, token)) {
                sink(read(token));
                return Outcome::done;
            }
            if (deadline == deadline_passed) return Outcome::not_ready;
            // Claims the tick before it is due, so that several receivers take turns.
            Instant due = due_.load(seq_cst);
            if (deadline < due) {
                sleep_until(deadline);
                return Outcome::timed_out;
            }
            const Instant now = std::chrono::steady_clock::now();
            if (!due_.compare_exchange_strong(due, after(std::max(due, now)), seq_cst)) continue;
            received_.fetch_add(1, relaxed);  // a number that stands for itself
            sleep_until(due);
            sink(Instant(due));
            return Outcome::done;
        }
    }

    bool start(Side, Token& token) override {
        Instant due = due_.load(seq_cst);
        for (;;) {
            const Instant now = std::chrono::steady_clock::now();
            if (now < due) return false;
            if (due_.compare_exchange_weak(due, after(now), seq_cst)) break;
        }
        received_.fetch_add(1, relaxed);  // a number that stands for itself
        token = {.place = this, .stamp = static_cast<std::uint64_t>(due.time_since_epoch().count())};
        return true;
    }
    Instant read(Token& token) noexcept override {
        return Instant(Instant::duration(static_cast<Instant::rep>(token.stamp)));
    }
    Instant ready_at() const noexcept override { return due_.load(seq_cst); }
    std::optional<std::size_t> capacity() const noexcept override { return 1; }
    bool is_empty() const noexcept override { return std::chrono::steady_clock::now() < due_.load(seq_cst); }

  protected:
    void add_telemetry(ChannelTelemetry& telemetry) const override {
        telemetry.received = received_.load(relaxed);
        telemetry.sent = telemetry.received + len();
    }

  private:
    static_assert(Atomic<Instant>::is_always_lock_free);

    [[nodiscard]] Instant after(Instant moment) const noexcept {
        return period_ < no_deadline - moment ? moment + period_ : no_deadline;
    }

    const Instant::duration period_;
    Atomic<Instant> due_;
    Atomic<std::uint64_t> received_{0};
};

/// No message, ever.
template <class S>
class NeverChannel final : public SourceChannel<S> {
  public:
    NeverChannel() noexcept : SourceChannel<S>(Flavour::never) {}

    template <class Sink>
    Outcome receive(Sink&&, Instant deadline) {
        if (deadline == deadline_passed) return Outcome::not_ready;
        this->sleep_until(deadline);
        return Outcome::timed_out;
    }

    bool start(Side, Token&) override { return false; }
    S read(Token&) noexcept override { std::terminate(); }  // start never makes a claim
    std::optional<std::size_t> capacity() const noexcept override { return 0; }
    bool is_empty() const noexcept override { return true; }
    bool is_full() const noexcept override { return true; }

  protected:
    void add_telemetry(ChannelTelemetry&) const override {}
};

}  // namespace grainscope::detail::channel
