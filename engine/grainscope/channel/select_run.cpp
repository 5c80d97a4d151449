#include <grainscope/channel/select_run.h>

#include <algorithm>
#include <new>
#include <utility>

#include <grainscope/platform/clock.h>
#include <grainscope/platform/parking.h>

namespace grainscope::detail::channel {

namespace {

/// Marsaglia's xorshift ("Xorshift RNGs", 2003), one state a thread.
std::uint32_t draw() noexcept {
    static thread_local std::uint32_t state = 0;
    if (state == 0) {
        const auto seed = static_cast<std::uint32_t>(platform::ticks() ^ reinterpret_cast<std::uintptr_t>(&state));
        state = seed | 1;
    }
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/// Fisher and Yates. One draw is enough for a few operations: what a multiplication leaves of it draws the next.
void shuffle(std::span<std::uint32_t> order) noexcept {
    constexpr std::size_t by_one_draw = 8;
    std::uint32_t drawn = draw();
    for (std::size_t i = order.size(); i > 1; --i) {
        if (i > by_one_draw) drawn = draw();
        const std::uint64_t product = std::uint64_t{drawn} * i;
        std::swap(order[i - 1], order[static_cast<std::size_t>(product >> 32)]);
        drawn = static_cast<std::uint32_t>(product);
    }
}

/// What select and ready have in common: looking for a while, then registering, parking, and leaving again.
class Run {
  public:
    Run(const SelectSet& set, Instant deadline) noexcept : set_(set), deadline_(deadline) {}

    /// look(hints_suffice) returns the index of what it found; block() registers and parks, and returns what came of
    /// it.
    template <class Look, class Block>
    std::optional<std::size_t> operator()(Look&& look, Block&& block) const {
        if (set_.operations.empty()) {
            if (deadline_ != deadline_passed) (void)Waiter().park(deadline_);
            return std::nullopt;
        }
        if (!set_.biased) shuffle(set_.order);
        if (const auto found = look(false)) return found;
        if (deadline_ == deadline_passed) return std::nullopt;
        const SpinPolicy policy = longest_policy();
        // Partners of a rendezvous find one another only where one of them is registered: it looks from there (wait).
        const SpinPolicy before = meets() ? SpinPolicy::park_at_once() : policy;
        for (;;) {
            for (std::uint32_t i = 0; i < before.spins; ++i) {
                SpinPolicy::pause_before_look(i, 1);
                if (const auto found = look(true)) return found;
            }
            for (std::uint32_t i = 0; i < before.yields; ++i) {
                platform::yield_thread();
                if (const auto found = look(true)) return found;
            }
            if (deadline_ != no_deadline && std::chrono::steady_clock::now() >= deadline_) return std::nullopt;
            if (const auto found = block(policy)) return found;
            if (const auto found = look(false)) return found;
        }
    }

    [[nodiscard]] Entry& entry(std::uint32_t index) const noexcept { return set_.entries[index].entry(); }
    Entry& new_entry(std::uint32_t index, Waiter& waiter) const noexcept {
        return *::new (set_.entries[index].bytes)
            Entry{.waiter = &waiter, .selection = first_operation + index, .packet = set_.operations[index].packet};
    }
    /// Waits after everything is registered.
    [[nodiscard]] Selection wait(Waiter& waiter, SpinPolicy policy) const noexcept {
        Instant until = deadline_;
        for (const SelectOperation& operation : set_.operations) until = std::min(until, operation.core->ready_at());
        if (meets()) {
            if (const Selection ended = waiter.spin(policy); ended != still_waiting) return ended;
        }
        return waiter.park(until);
    }

  private:
    [[nodiscard]] bool meets() const noexcept {
        return std::ranges::any_of(set_.operations, [](const SelectOperation& operation) {
            return operation.core->flavour() == Flavour::zero;
        });
    }
    [[nodiscard]] SpinPolicy longest_policy() const noexcept {
        SpinPolicy longest;
        for (const SelectOperation& operation : set_.operations) {
            longest.spins = std::max(longest.spins, operation.core->policy().spins);
            longest.yields = std::max(longest.yields, operation.core->policy().yields);
        }
        return longest;
    }

    const SelectSet& set_;
    const Instant deadline_;
};

}  // namespace

std::optional<std::size_t> run_select(const SelectSet& set, Instant deadline, Token& token) {
    const Run run(set, deadline);
    const auto look = [&](bool hints_suffice) -> std::optional<std::size_t> {
        for (const std::uint32_t index : set.order) {
            const SelectOperation& operation = set.operations[index];
            if (hints_suffice && !operation.core->seems_ready(operation.side)) continue;
            if (operation.core->start(operation.side, token)) return index;
        }
        return std::nullopt;
    };
    const auto block = [&](SpinPolicy policy) -> std::optional<std::size_t> {
        Waiter waiter;
        Selection ended = still_waiting;
        std::size_t registered = 0;
        while (registered < set.order.size() && ended == still_waiting) {
            const std::uint32_t index = set.order[registered++];
            const SelectOperation& operation = set.operations[index];
            ended = operation.core->enlist(operation.side, run.new_entry(index, waiter)) ? waiter.end(aborted)
                                                                                         : waiter.selection();
        }
        if (ended == still_waiting) ended = run.wait(waiter, policy);
        for (const std::uint32_t index : set.order.first(registered)) {
            // The chosen one was unlinked when it was chosen, and its packet is in use.
            if (ended != first_operation + index)
                set.operations[index].core->delist(set.operations[index].side, run.entry(index));
        }
        if (ended < first_operation) return std::nullopt;
        const std::uint32_t index = ended - first_operation;
        const SelectOperation& operation = set.operations[index];
        if (operation.core->accept(operation.side, token, run.entry(index))) return index;
        return std::nullopt;
    };
    return run(look, block);
}

std::optional<std::size_t> run_ready(const SelectSet& set, Instant deadline) {
    const Run run(set, deadline);
    const auto look = [&](bool) -> std::optional<std::size_t> {
        for (const std::uint32_t index : set.order)
            if (set.operations[index].core->is_ready(set.operations[index].side)) return index;
        return std::nullopt;
    };
    const auto block = [&](SpinPolicy policy) -> std::optional<std::size_t> {
        Waiter waiter;
        Selection ended = still_waiting;
        std::size_t registered = 0;
        while (registered < set.order.size() && ended == still_waiting) {
            const std::uint32_t index = set.order[registered++];
            const SelectOperation& operation = set.operations[index];
            ended = operation.core->watch(operation.side, run.new_entry(index, waiter))
                        ? waiter.end(first_operation + index)
                        : waiter.selection();
        }
        if (ended == still_waiting) ended = run.wait(waiter, policy);
        for (const std::uint32_t index : set.order.first(registered))
            set.operations[index].core->unwatch(set.operations[index].side, run.entry(index));
        if (ended < first_operation) return std::nullopt;
        return ended - first_operation;
    };
    return run(look, block);
}

}  // namespace grainscope::detail::channel
