#include <grainscope/channel/core.h>
#include <grainscope/platform/parking.h>

#include <stdexcept>
#include <string>

namespace grainscope {

namespace detail::channel {

// Acquire and release: the last handle sees what all others did before they let go.
void Core::drop_sender() noexcept {
    if (senders_.fetch_sub(1, acq_rel) != 1) return;
    senders_gone();
    drop_owner();
}

void Core::drop_receiver() noexcept {
    if (receivers_.fetch_sub(1, acq_rel) != 1) return;
    receivers_gone();
    drop_owner();
}

void Core::drop_owner() const noexcept {
    if (owners_.fetch_sub(1, acq_rel) == 1) delete this;
}

bool Core::wait(Side side, Token& token, Instant deadline) {
    for (;;) {
        for (std::uint32_t look = 0; look < policy_.spins; ++look) {
            std::uint32_t pauses = SpinPolicy::pauses_before_look(look, patience_);
            for (; pauses > 0; --pauses) {
                platform::cpu_relax();
                // A short ring has nothing to gain from patience: it looks all the time, at one word.
                if (patience_ == 1 && seems_ready(side) && start(side, token)) return true;
            }
            if (seems_ready(side) && start(side, token)) return true;
        }
        for (std::uint32_t i = 0; i < policy_.yields; ++i) {
            platform::yield_thread();
            if (start(side, token)) return true;
        }
        if (deadline != no_deadline && std::chrono::steady_clock::now() >= deadline) return false;
        Waiter waiter;
        Entry entry{.waiter = &waiter};
        if (enlist(side, entry)) (void)waiter.end(aborted);
        // Chosen, the entry is out of the list already.
        if (waiter.park(deadline) != first_operation) delist(side, entry);
        if (start(side, token)) return true;
    }
}

ChannelTelemetry Core::telemetry() const {
    ChannelTelemetry telemetry;
    telemetry.depth = len();
    telemetry.capacity = capacity();
    telemetry.senders = senders_.load(relaxed);  // a number that stands for itself, as the next
    telemetry.receivers = receivers_.load(relaxed);
    telemetry.disconnected = is_disconnected();
    add_telemetry(telemetry);
    return telemetry;
}

Core* of_any_flavour(Core* core) noexcept { return core; }

void throw_empty_handle(const char* kind) {
    throw std::logic_error(std::string("this ") + kind + " was moved from or reset: it holds no channel");
}

void throw_capacity_too_large(std::size_t capacity) {
    throw std::length_error("bounded(" + std::to_string(capacity) +
                            "): a ring of that many messages does not fit into memory; unbounded() has no ring");
}

}  // namespace detail::channel

ChannelWatch::ChannelWatch(const detail::channel::Core& core) noexcept : core_(&core) { core.add_owner(); }

ChannelWatch::ChannelWatch(const ChannelWatch& other) noexcept : core_(other.core_) {
    if (core_ != nullptr) core_->add_owner();
}

ChannelWatch::~ChannelWatch() {
    if (core_ != nullptr) core_->drop_owner();
}

ChannelTelemetry ChannelWatch::telemetry() const {
    if (core_ == nullptr) detail::channel::throw_empty_handle("channel watch");
    return core_->telemetry();
}

}  // namespace grainscope
