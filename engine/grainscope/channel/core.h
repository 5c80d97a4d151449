// What every channel is to its handles, to a select and to a watch, whatever its messages are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <grainscope/channel/instant.h>
#include <grainscope/channel/spin_policy.h>
#include <grainscope/channel/telemetry.h>
#include <grainscope/channel/waiter.h>
#include <grainscope/platform/atomic.h>

namespace grainscope::detail::channel {

enum class Flavour : std::uint8_t { array, list, zero, at, tick, never };
enum class Side : std::uint8_t { send, receive };

/// How an operation ended.
enum class Outcome : std::uint8_t { done, not_ready, timed_out, disconnected };

/// A claim on a place for one message: made by `start`, used up by `write` or `read`. A claim without a place says that
/// the channel is disconnected.
struct Token {
    void* place = nullptr;
    std::uint64_t stamp = 0;

    [[nodiscard]] bool has_place() const noexcept { return place != nullptr; }
};

/// A channel without its message type. Its memory is held by a count of owners: all senders together are one, all
/// receivers together another, each watch one more.
class Core {
  public:
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    [[nodiscard]] Flavour flavour() const noexcept { return flavour_; }
    [[nodiscard]] SpinPolicy policy() const noexcept { return policy_; }
    /// The pauses before each look at the channel, at least.
    [[nodiscard]] std::uint32_t patience() const noexcept { return patience_; }

    // -- handles ------------------------------------------------------------------------------------------------------

    void add_sender() noexcept { senders_.fetch_add(1, relaxed); }      // the copied handle keeps the count above 0
    void add_receiver() noexcept { receivers_.fetch_add(1, relaxed); }  // likewise
    void drop_sender() noexcept;
    void drop_receiver() noexcept;
    void add_owner() const noexcept { owners_.fetch_add(1, relaxed); }  // likewise
    void drop_owner() const noexcept;

    // -- what a select does with one of its operations; a protocol in README.md
    // ----------------------------------------

    /// Claims a place without waiting. True also if the channel is disconnected: the claim then has no place.
    [[nodiscard]] virtual bool start(Side side, Token& token) = 0;
    /// A cheaper question that start is not worth asking before it is answered yes: only while a thread spins.
    [[nodiscard]] virtual bool seems_ready(Side) const noexcept { return true; }
    /// When a receive will become ready by itself.
    [[nodiscard]] virtual Instant ready_at() const noexcept { return no_deadline; }
    /// Links the entry, as one who wants to take part, and then says whether the operation is ready already.
    [[nodiscard]] virtual bool enlist(Side side, Entry& entry) = 0;
    /// Undoes enlist where the entry was not chosen.
    virtual void delist(Side side, Entry& entry) noexcept = 0;
    /// Claims a place after the entry was chosen. False if somebody else was faster.
    [[nodiscard]] virtual bool accept(Side side, Token& token, Entry&) { return start(side, token); }
    /// Gives a claimed place up: no message will be written. For a send whose message could not be made.
    virtual void abandon(Token& token) noexcept = 0;
    /// Whether start would return true, as far as can be told: another thread may be faster.
    [[nodiscard]] virtual bool is_ready(Side side) const noexcept = 0;
    /// Links the entry, as one who wants to know, and then says whether the operation is ready already.
    [[nodiscard]] virtual bool watch(Side side, Entry& entry) noexcept = 0;
    virtual void unwatch(Side side, Entry& entry) noexcept = 0;

    // -- queries ------------------------------------------------------------------------------------------------------

    [[nodiscard]] virtual std::size_t len() const noexcept = 0;
    [[nodiscard]] virtual std::optional<std::size_t> capacity() const noexcept = 0;
    [[nodiscard]] virtual bool is_empty() const noexcept = 0;
    [[nodiscard]] virtual bool is_full() const noexcept = 0;
    [[nodiscard]] virtual bool is_disconnected() const noexcept = 0;
    [[nodiscard]] ChannelTelemetry telemetry() const;

  protected:
    /// With one sender and one receiver. `depth`: of how many messages the other side may get ahead.
    Core(Flavour flavour, SpinPolicy policy, std::size_t depth) noexcept
        : flavour_(flavour), policy_(policy), patience_(SpinPolicy::patience_for(depth)), senders_(1), owners_(2) {}
    /// Without senders, for ever.
    explicit Core(Flavour flavour) noexcept : flavour_(flavour), senders_(0), owners_(1) {}
    virtual ~Core() = default;

    /// Starts an operation that was not ready: looks again as the policy says, then parks. False at the deadline.
    [[nodiscard]] bool wait(Side side, Token& token, Instant deadline);

    /// The last handle of a side is gone.
    virtual void senders_gone() noexcept = 0;
    virtual void receivers_gone() noexcept = 0;
    /// Fills in sent, received and what is blocked.
    virtual void add_telemetry(ChannelTelemetry& telemetry) const = 0;

  private:
    const Flavour flavour_;
    const SpinPolicy policy_{};
    const std::uint32_t patience_ = 1;
    Atomic<std::size_t> senders_;
    Atomic<std::size_t> receivers_{1};
    mutable Atomic<std::size_t> owners_;
};

/// The same channel, of which the compiler no longer knows what it was made as: otherwise it warns of the flavours that
/// this one is not.
[[nodiscard]] Core* of_any_flavour(Core* core) noexcept;

/// A moved-from or reset handle was used. Throws std::logic_error with one line that names the kind of handle.
[[noreturn]] void throw_empty_handle(const char* kind);
/// A capacity whose ring cannot exist. Throws std::length_error.
[[noreturn]] void throw_capacity_too_large(std::size_t capacity);

/// A channel of messages. `S` is how a message lies in it (see stored.h): moving one never throws.
template <class S>
class Channel : public Core {
  public:
    /// Uses a claim with a place up. The message stands for sure.
    virtual void write(Token& token, S&& message) noexcept = 0;
    virtual S read(Token& token) noexcept = 0;

  protected:
    using Core::Core;
};

}  // namespace grainscope::detail::channel
