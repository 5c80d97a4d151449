// One loop that waits for everything: events of two sources, a channel that says when to quit, a tick, and a timeout.
// On our engine it is a select over five channels; on the others, what people write without one: a mutex, a condition
// variable, and deadlines worked out by hand.
#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/team.h>
#include <grainscope/channel/channel.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/follower.h>
#include <grainscope/workloads/links.h>
#include <grainscope/workloads/random.h>
#include <grainscope/workloads/run_picture.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

using Clock = std::chrono::steady_clock;

struct Event {
    std::uint64_t id = 0;
    std::uint64_t value = 0;
    bool followed = false;  ///< its way is in the recording
};

enum Arm : std::size_t { from_a, from_b, quit, ticks, timeouts };
constexpr std::size_t arms = 5;
constexpr std::array<std::string_view, arms> arm_names = {"a", "b", "quit", "tick", "timeout"};

/// The threads' roles: sources first, then those who handle. One thread is both in turn; of two, one is both sources.
struct Roles {
    explicit Roles(std::size_t threads) : sources(threads < 3 ? 1 : 2), handlers(threads < 2 ? 1 : threads - sources) {}
    std::size_t sources, handlers;
};

struct Settings {
    std::size_t n = 0;
    std::size_t capacity = 1;
    std::array<std::int64_t, 2> source_rounds{};
    std::int64_t handle_rounds = 0;
    std::chrono::nanoseconds tick{}, timeout{};
};

/// What one handler has done. Only its row writes.
struct alignas(cache_line) Handled {
    std::array<Atomic<std::uint64_t>, arms> taken{};  // relaxed: for the eye; the end of the team orders the last ones
    std::uint64_t ids = 0, values = 0;

    void count(Arm arm) { taken[arm].store(taken[arm].load(relaxed) + 1, relaxed); }
};

/// When a timeout is due: `idle` after the last event.
class Idleness {
  public:
    explicit Idleness(std::chrono::nanoseconds idle) : idle_(idle), last_(Clock::now()) {}
    void event() { seen_ = true; }
    /// Asked when the time is up: what is left if there were events since the last time, else none.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> left() {
        const auto now = Clock::now();
        if (std::exchange(seen_, false)) last_ = now;
        if (now - last_ < idle_) return idle_ - (now - last_);
        last_ = now;
        return std::nullopt;
    }
    [[nodiscard]] std::chrono::nanoseconds idle() const { return idle_; }

  private:
    std::chrono::nanoseconds idle_;
    Clock::time_point last_;
    bool seen_ = false;
};

/// The loop over our channels.
class ChannelHub {
  public:
    explicit ChannelHub(const Settings& settings) : settings_(settings), ticker_(tick(settings.tick)) {
        for (auto& [out, in] : events_) std::tie(out, in) = bounded<Event>(settings.capacity);
    }
    [[nodiscard]] bool send(std::size_t source, Event event) { return events_[source].first->send(event).has_value(); }
    /// No more events will come, of either source.
    void close() {
        for (auto& [out, in] : events_) out->reset();
        quit_.first.reset();
    }
    /// Nobody handles any more.
    void abandon() {
        for (auto& [out, in] : events_) in->reset();
    }

    /// Handles until it is told to quit and nothing is left. on_event(event, source), on_arm(arm).
    template <class OnEvent, class OnArm>
    void handle(OnEvent&& on_event, OnArm&& on_arm) {
        const Receiver<Event> a = *events_[0].second, b = *events_[1].second;
        const Receiver<int> quits = quit_.second;
        const Receiver<Instant> ticker = ticker_;
        Idleness idleness(settings_.timeout);
        Receiver<Instant> timeout = after(settings_.timeout);
        // A source that has said all it had to say is always ready: its arm is left out from then on.
        const Receiver<Event> silent = never<Event>();
        std::array<bool, 2> is_over{};
        const auto take = [&](std::size_t source) {
            return [&, source](std::expected<Event, RecvError> event) {
                if (!event) {
                    is_over[source] = true;
                    return;
                }
                idleness.event();
                on_arm(static_cast<Arm>(from_a + source));
                on_event(*event, source);
            };
        };
        bool told_to_quit = false;
        while (!(told_to_quit && is_over[0] && is_over[1])) {
            select(recv(is_over[0] ? silent : a, take(0)), recv(is_over[1] ? silent : b, take(1)),
                   recv(told_to_quit ? silent_quit_ : quits,
                        [&] {
                            told_to_quit = true;
                            on_arm(quit);
                        }),
                   recv(ticker, [&] { on_arm(ticks); }), recv(timeout, [&] {
                       const auto left = idleness.left();
                       if (!left) on_arm(timeouts);
                       timeout = after(left.value_or(settings_.timeout));
                   }));
        }
    }

    [[nodiscard]] trace::ChannelBoard::Read reader(std::size_t source) const {
        return board_reader(events_[source].second->watch());
    }

  private:
    Settings settings_;
    std::array<std::pair<std::optional<Sender<Event>>, std::optional<Receiver<Event>>>, 2> events_;
    std::pair<Sender<int>, Receiver<int>> quit_ = bounded<int>(1);
    Receiver<int> silent_quit_ = never<int>();
    Receiver<Instant> ticker_;
};

/// The same by hand.
class MutexHub {
  public:
    explicit MutexHub(const Settings& settings)
        : settings_(settings), state_(std::make_shared<State>()), next_tick_(Clock::now() + settings.tick) {}

    [[nodiscard]] bool send(std::size_t source, Event event) {
        std::unique_lock lock(state_->mutex);
        const auto ready = [&] { return state_->events[source].size() < capacity() || state_->is_abandoned; };
        state_->senders[source].until(ready, [&] { state_->not_full.wait(lock, ready); });
        if (state_->is_abandoned) return false;
        state_->events[source].push_back(event);
        ++state_->sent[source];
        lock.unlock();
        state_->not_empty.notify_one();
        return true;
    }
    void close() {
        {
            const std::lock_guard lock(state_->mutex);
            state_->is_closed = true;
        }
        state_->not_empty.notify_all();
    }
    void abandon() {
        {
            const std::lock_guard lock(state_->mutex);
            state_->is_abandoned = true;
        }
        state_->not_full.notify_all();
    }

    template <class OnEvent, class OnArm>
    void handle(OnEvent&& on_event, OnArm&& on_arm) {
        Idleness idleness(settings_.timeout);
        auto timeout_at = Clock::now() + settings_.timeout;
        std::size_t preferred = 0;  // taking turns is all the fairness there is here
        std::unique_lock lock(state_->mutex);
        for (;;) {
            const auto ready = [&] {
                return !state_->events[0].empty() || !state_->events[1].empty() || state_->is_closed;
            };
            state_->handlers.until(
                ready, [&] { (void)state_->not_empty.wait_until(lock, std::min(next_tick_, timeout_at), ready); });
            const auto now = Clock::now();
            if (now >= next_tick_) {
                next_tick_ = now + settings_.tick;
                on_arm(ticks);
            }
            if (now >= timeout_at) {
                const auto left = idleness.left();
                if (!left) on_arm(timeouts);
                timeout_at = now + left.value_or(settings_.timeout);
            }
            preferred = 1 - preferred;
            const std::size_t source = state_->events[preferred].empty() ? 1 - preferred : preferred;
            if (state_->events[source].empty()) {
                if (!state_->is_closed) continue;
                on_arm(quit);
                return;
            }
            const Event event = state_->events[source].front();
            state_->events[source].pop_front();
            ++state_->received[source];
            lock.unlock();
            state_->not_full.notify_all();
            idleness.event();
            on_arm(static_cast<Arm>(from_a + source));
            on_event(event, source);
            lock.lock();
        }
    }

    [[nodiscard]] trace::ChannelBoard::Read reader(std::size_t source) const {
        return [state = state_, source] {
            const std::lock_guard lock(state->mutex);
            return trace::ChannelReading{.sent = state->sent[source],
                                         .received = state->received[source],
                                         .depth = state->events[source].size(),
                                         .blocked_senders = state->senders[source].count(),
                                         .blocked_receivers = state->handlers.count(),
                                         .send_blocked_ns = state->senders[source].total_ns(),
                                         .receive_blocked_ns = state->handlers.total_ns()};
        };
    }

  private:
    struct State {
        std::mutex mutex;
        std::condition_variable not_empty, not_full;
        std::array<std::deque<Event>, 2> events;
        std::array<std::uint64_t, 2> sent{}, received{};
        std::array<Waiting, 2> senders;
        Waiting handlers;  // for either source, as a select does
        bool is_closed = false, is_abandoned = false;
    };
    [[nodiscard]] std::size_t capacity() const { return std::max<std::size_t>(settings_.capacity, 1); }

    Settings settings_;
    std::shared_ptr<State> state_;
    Clock::time_point next_tick_;  // guarded by the state's mutex
};

class Multiplexer final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        seed_ = seed;
        settings_.n = static_cast<std::size_t>(whole_of(values, "n"));
        right_.reset();
        (void)update(values);
        return {};
    }

    bool update(const Values& values) override {
        if (settings_.handle_rounds != whole_of(values, "handle")) right_.reset();
        settings_.handle_rounds = whole_of(values, "handle");
        settings_.source_rounds = {whole_of(values, "cost_a"), whole_of(values, "cost_b")};
        settings_.capacity = static_cast<std::size_t>(whole_of(values, "capacity"));
        settings_.tick = std::chrono::microseconds(whole_of(values, "tick"));
        settings_.timeout = std::chrono::milliseconds(whole_of(values, "timeout"));
        slow_ = real_of(values, "slow");
        return static_cast<std::size_t>(whole_of(values, "n")) == settings_.n;
    }

    void reset(RunContext& context) override {
        handled_.clear();
        picture_.reset(context, settings_.n);
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        handled_ = std::vector<Handled>(backend.threads());
        const auto begin = Clock::now();
        if (backend.threads() == 1) {
            backends::run_team(backend, [&](std::size_t) { run_alone(context); });
        } else if (backend.name() == "grainscope") {
            run_with<ChannelHub>(backend, context);
        } else {
            run_with<MutexHub>(backend, context);
        }
        took_ = Clock::now() - begin;
        context.cancel.throw_if_cancelled();
    }

    std::expected<void, std::string> check() override {
        std::array<std::uint64_t, arms> taken{};
        std::uint64_t ids = 0, values = 0;
        for (const Handled& row : handled_) {
            for (std::size_t arm = 0; arm < arms; ++arm) taken[arm] += row.taken[arm].load(relaxed);  // see Handled
            ids += row.ids;
            values += row.values;
        }
        if (taken[from_a] + taken[from_b] != settings_.n)
            return std::unexpected(
                fmt::format("{} events were sent, and {} handled", settings_.n, taken[from_a] + taken[from_b]));
        if (taken[from_a] != count_of(0))
            return std::unexpected(
                fmt::format("a sent {} events, and {} of its were handled", count_of(0), taken[from_a]));
        if (!right_) right_ = right_sums();
        if (std::pair(ids, values) != *right_)
            return std::unexpected(std::string("as many events were handled as were sent, but not the same ones"));
        const auto most_ticks = static_cast<std::uint64_t>(took_ / settings_.tick) + 1;
        if (taken[ticks] > most_ticks) {
            return std::unexpected(fmt::format("{} ticks in a time that has room for {}", taken[ticks], most_ticks));
        }
        return {};
    }

    double items() const override { return static_cast<double>(settings_.n); }

  private:
    /// The events of source a have the even ids, those of b the odd ones.
    [[nodiscard]] std::size_t count_of(std::size_t source) const { return (settings_.n + 1 - source) / 2; }
    [[nodiscard]] Event make(std::uint64_t id, bool followed) const {
        return {.id = id, .value = random_at(seed_, id), .followed = followed};
    }

    template <class Hub>
    void run_with(backends::Backend& backend, RunContext& context) {
        const Roles roles(backend.threads());
        Hub hub(settings_);
        const trace::ShownChannels shown(context.channels, {hub.reader(0), hub.reader(1), arm_reader(quit),
                                                            arm_reader(ticks), arm_reader(timeouts)});
        Atomic<std::size_t> sources{roles.sources}, handlers{roles.handlers};
        backends::run_team(backend, [&](std::size_t row) {
            const bool is_source = row < roles.sources;
            // Whichever way a row ends: the last source ends the handlers, the last handler the sources.
            const struct Leave {
                Atomic<std::size_t>& left;
                Hub& hub;
                bool is_source;
                ~Leave() {
                    if (left.fetch_sub(1, acq_rel) != 1) return;  // pairs with the other rows' own
                    if (is_source)
                        hub.close();
                    else
                        hub.abandon();
                }
            } leave{is_source ? sources : handlers, hub, is_source};
            if (is_source) {
                emit(row, roles.sources, hub, context);
            } else {
                handle_as(row, hub, context);
            }
        });
    }

    template <class Hub>
    void emit(std::size_t row, std::size_t sources, Hub& hub, RunContext& context) const {
        Follower follower(context.gate);
        for (std::size_t id = row; id < settings_.n; id += sources) {
            const std::size_t source = id % 2;
            const Event event = make(id, follower.wants_next());
            work_at_stage(source, event, context, [&] { need(mix_rounds(id, settings_.source_rounds[source])); });
            if (!hub.send(source, event)) return;
        }
    }

    template <class Hub>
    void handle_as(std::size_t row, Hub& hub, RunContext& context) {
        Handled& mine = handled_[row];
        hub.handle([&](const Event& event, std::size_t) { handle(event, row, mine, context); },
                   [&](Arm arm) { mine.count(arm); });
    }

    void handle(const Event& event, std::size_t row, Handled& mine, RunContext& context) {
        work_at_stage(handling_stage, event, context, [&] {
            mine.ids += event.id;
            mine.values += mix(event.id ^ mix_rounds(event.value, settings_.handle_rounds));
            if (!picture_) return;
            picture_.publish(
                static_cast<std::size_t>(event.id), 1, [&] { return static_cast<std::uint16_t>(row); },
                [&] { return event.id % 2 == 0 ? 1.0F : 0.5F; });
        });
    }

    // One thread needs no channel: it makes an event and handles it.
    void run_alone(RunContext& context) {
        Handled& mine = handled_[0];
        for (std::size_t id = 0; id < settings_.n; ++id) {
            const std::size_t source = id % 2;
            const Event event = make(id, false);
            work_at_stage(source, event, context, [&] { need(mix_rounds(id, settings_.source_rounds[source])); });
            mine.count(static_cast<Arm>(from_a + source));
            handle(event, 0, mine, context);
        }
        mine.count(quit);
    }

    [[nodiscard]] trace::ChannelBoard::Read arm_reader(Arm arm) const {
        return [this, arm] {
            trace::ChannelReading reading;
            for (const Handled& row : handled_) reading.received += row.taken[arm].load(relaxed);  // see Handled
            reading.sent = reading.received;
            return reading;
        };
    }

    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> right_sums() const {
        std::pair<std::uint64_t, std::uint64_t> sums;
        for (std::size_t id = 0; id < settings_.n; ++id) {
            sums.first += id;
            sums.second += mix(id ^ mix_rounds(random_at(seed_, id), settings_.handle_rounds));
        }
        return sums;
    }

    static constexpr std::size_t handling_stage = 2;

    std::uint64_t seed_ = 1;
    Settings settings_;
    double slow_ = 1;
    std::vector<Handled> handled_;  // of the last run, a row each
    Clock::duration took_{};
    std::optional<std::pair<std::uint64_t, std::uint64_t>> right_;
    RunPicture picture_;
};

Diagram diagram_of(const Values& values, std::size_t threads) {
    const Roles roles(threads);
    const auto capacity = static_cast<std::uint64_t>(whole_of(values, "capacity"));
    const std::size_t second = roles.sources - 1;
    const std::size_t handling = threads < 2 ? 0 : roles.sources;
    Diagram diagram{.stages = {{.name = "source a", .first_row = 0, .rows = 1},
                               {.name = "source b", .first_row = second, .rows = 1},
                               {.name = "handle", .first_row = handling, .rows = roles.handlers, .selects = true}},
                    .channels = {},
                    .message = "event"};
    diagram.channels.push_back({.name = std::string(arm_names[from_a]), .from = 0, .to = 2, .capacity = capacity});
    diagram.channels.push_back({.name = std::string(arm_names[from_b]), .from = 1, .to = 2, .capacity = capacity});
    diagram.channels.push_back({.name = std::string(arm_names[quit]), .from = 1, .to = 2, .capacity = 1});
    diagram.channels.push_back({.name = std::string(arm_names[ticks]), .from = std::nullopt, .to = 2, .capacity = 1});
    diagram.channels.push_back(
        {.name = std::string(arm_names[timeouts]), .from = std::nullopt, .to = 2, .capacity = 1});
    return diagram;
}

Description describe() {
    Description description{
        .name = "multiplexer",
        .title = "Multiplexer",
        .category = "Channels",
        .summary = "One loop selects over two sources of events, a quit channel, a tick and a timeout",
        .parameters = {},
        .backends = {"grainscope", "openmp", "threads", "sequential"},
        .picture = {.remark = "each bar in the colour of the worker that handled the event",
                    .position = "event",
                    .value = "source (a: whole height, b: half)",
                    .extent = {}},
        .diagram = diagram_of,
        .default_threads = [](const Values&) { return std::size_t{3}; }};
    auto& list = description.parameters;
    list.push_back(count_parameter("How many events there are, half of them of either source", "events", 30'000, 1e12));
    list.push_back({.name = "capacity",
                    .label = "Capacity",
                    .help = "How many events each source's channel holds; 0 hands them over from thread to thread",
                    .unit = "events",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{100},
                    .minimum = 0,
                    .maximum = 1e6,
                    .logarithmic = true,
                    .tunable = true,
                    .choices = {}});
    list.push_back(rounds_parameter("cost_a", "Cost of an event of a", "What source a does for an event", 2000));
    list.push_back(rounds_parameter("cost_b", "Cost of an event of b", "What source b does for an event", 4000));
    list.push_back(rounds_parameter("handle", "Cost of handling", "What handling an event takes", 1000));
    list.push_back({.name = "tick",
                    .label = "Tick",
                    .help = "Time between two ticks",
                    .unit = "µs",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{5000},
                    .minimum = 10,
                    .maximum = 60e6,
                    .logarithmic = true,
                    .choices = {}});
    list.push_back({.name = "timeout",
                    .label = "Timeout",
                    .help = "After this long without an event, the timeout's arm is taken",
                    .unit = "ms",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{50},
                    .minimum = 1,
                    .maximum = 3.6e6,
                    .logarithmic = true,
                    .choices = {}});
    list.push_back(slow_parameter());
    return description;
}

const Registration multiplexer{describe(), [] { return std::make_unique<Multiplexer>(); }};

}  // namespace

}  // namespace grainscope::workloads
