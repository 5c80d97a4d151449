// Stages with channels between them: produce, parse, compress, store. Where the channels run full, and who waits for
// whom, says which stage sets the pace.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/team.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/follower.h>
#include <grainscope/workloads/links.h>
#include <grainscope/workloads/pipeline_plan.h>
#include <grainscope/workloads/random.h>
#include <grainscope/workloads/run_picture.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

constexpr std::size_t steps = pipeline_steps.size();

struct Message {
    std::uint64_t id = 0;
    std::uint64_t value = 0;
    bool followed = false;  ///< its way is in the recording
};

/// What a step does to a message's value: rounds of a hash, of another kind at every step.
std::uint64_t work_on(std::uint64_t value, std::size_t step, std::int64_t rounds) {
    return mix_rounds(value + step + 1, rounds);
}

PipelineWish wish_of(const Values& values) {
    PipelineWish wish;
    constexpr std::array names = {"producers", "parsers", "compressors", "writers"};
    constexpr std::array costs = {"produce", "parse", "compress", "store"};
    for (std::size_t step = 0; step < steps; ++step) {
        wish.workers[step] = static_cast<std::size_t>(whole_of(values, names[step]));
        wish.costs[step] = static_cast<double>(whole_of(values, costs[step]));
    }
    return wish;
}

std::string name_of(const PipelineStage& stage) {
    std::string name;
    for (std::size_t step = stage.first_step; step < stage.end_step; ++step) {
        if (!name.empty()) name += " + ";
        name += pipeline_steps[step];
    }
    return name;
}

std::optional<std::size_t> capacity_of(const Values& values) {
    if (!flag_of(values, "bounded")) return std::nullopt;
    return static_cast<std::size_t>(whole_of(values, "capacity"));
}

/// What came out at the end of the pipeline, by one of its rows.
struct alignas(cache_line) Arrivals {
    std::uint64_t count = 0;
    std::uint64_t ids = 0;     ///< their sum
    std::uint64_t values = 0;  ///< the sum of what became of each, mixed with its id
    std::uint64_t next_id = 0;
    bool in_order = true;

    void add(const Message& message) {
        ++count;
        ids += message.id;
        values += mix(message.id ^ mix(message.value));
        in_order = in_order && message.id >= next_id;
        next_id = message.id + 1;
    }
};

class Pipeline final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        seed_ = seed;
        n_ = static_cast<std::size_t>(whole_of(values, "n"));
        right_.reset();
        (void)update(values);
        return {};
    }

    bool update(const Values& values) override {
        PipelineWish wish = wish_of(values);
        if (wish.costs != wish_.costs) right_.reset();
        wish_ = std::move(wish);
        capacity_ = capacity_of(values);
        slow_ = real_of(values, "slow");
        return static_cast<std::size_t>(whole_of(values, "n")) == n_;
    }

    void reset(RunContext& context) override {
        arrivals_.clear();
        picture_.reset(context, n_);
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        stages_ = plan_pipeline(wish_, backend.threads());
        arrivals_ = std::vector<Arrivals>(backend.threads());
        if (backend.name() == "grainscope") {
            run_through<ChannelLink<Message>>(backend, context);
        } else {
            run_through<MutexLink<Message>>(backend, context);
        }
        context.cancel.throw_if_cancelled();
    }

    std::expected<void, std::string> check() override {
        Arrivals all;
        for (const Arrivals& row : arrivals_) {
            all.count += row.count;
            all.ids += row.ids;
            all.values += row.values;
            all.in_order = all.in_order && row.in_order;
        }
        if (all.count != n_) return std::unexpected(fmt::format("{} messages went in, and {} came out", n_, all.count));
        if (!right_) right_ = right_arrivals();
        if (all.ids != right_->ids) return std::unexpected(std::string("some messages came out twice, and others not"));
        if (all.values != right_->values)
            return std::unexpected(std::string("a message is not what the steps make of it"));
        const bool one_each = std::ranges::all_of(stages_, [](const PipelineStage& stage) { return stage.rows == 1; });
        if (one_each && !all.in_order)
            return std::unexpected(std::string("a message overtook another, with one thread a stage"));
        return {};
    }

    double items() const override { return static_cast<double>(n_); }

  private:
    template <class Link>
    struct Ends {
        std::optional<typename Link::In> in;
        std::optional<typename Link::Out> out;
    };

    template <class Link>
    void run_through(backends::Backend& backend, RunContext& context) {
        std::vector<Ends<Link>> ends(backend.threads());
        std::vector<trace::ChannelBoard::Read> readers;
        for (std::size_t i = 0; i + 1 < stages_.size(); ++i) {
            const auto [out, in] = Link::make(capacity_);
            for_rows(stages_[i], [&](std::size_t row) { ends[row].out.emplace(out); });
            for_rows(stages_[i + 1], [&](std::size_t row) { ends[row].in.emplace(in); });
            readers.push_back(Link::reader(in));
        }
        const trace::ShownChannels shown(context.channels, std::move(readers));
        backends::run_team(backend, [&](std::size_t row) {
            // A row's ends go with it, whichever way it ends: its neighbours then end as well.
            const Ends<Link> mine = std::exchange(ends[row], {});
            work_as(row, mine, context, static_cast<std::uint16_t>(row));
        });
    }
    template <class Action>
    static void for_rows(const PipelineStage& stage, Action&& action) {
        for (std::size_t row = stage.first_row; row < stage.first_row + stage.rows; ++row) action(row);
    }

    template <class Link>
    void work_as(std::size_t row, const Ends<Link>& ends, RunContext& context, std::uint16_t owner) {
        const auto stage = static_cast<std::size_t>(
            std::ranges::find_if(stages_, [&](const PipelineStage& s) { return row < s.first_row + s.rows; }) -
            stages_.begin());
        const auto pass = [&](Message message) {
            work_at(stage, message, context, owner);
            if (ends.out) return Link::send(*ends.out, message);
            arrivals_[row].add(message);
            return true;
        };
        if (ends.in) {
            while (const auto message = Link::receive(*ends.in)) {
                if (!pass(*message)) return;
            }
            return;
        }
        Follower follower(context.gate);
        for (std::size_t id = row; id < n_; id += stages_[stage].rows) {
            if (!pass({.id = id, .value = random_at(seed_, id), .followed = follower.wants_next()})) return;
        }
    }

    void work_at(std::size_t stage, Message& message, const RunContext& context, std::uint16_t owner) const {
        work_at_stage(stage, message, context, [&] {
            const std::size_t end_step = stages_[stage].end_step;
            for (std::size_t step = stages_[stage].first_step; step < end_step; ++step)
                message.value = work_on(message.value, step, static_cast<std::int64_t>(wish_.costs[step]));
            if (!picture_) return;
            picture_.publish(
                static_cast<std::size_t>(message.id), 1, [&] { return owner; },
                [&] { return static_cast<float>(end_step) / static_cast<float>(steps); });
        });
    }

    [[nodiscard]] Arrivals right_arrivals() const {
        Arrivals right;
        for (std::size_t id = 0; id < n_; ++id) {
            Message message{.id = id, .value = random_at(seed_, id)};
            for (std::size_t step = 0; step < steps; ++step)
                message.value = work_on(message.value, step, static_cast<std::int64_t>(wish_.costs[step]));
            right.add(message);
        }
        return right;
    }

    std::uint64_t seed_ = 1;
    std::size_t n_ = 0;
    PipelineWish wish_;
    std::optional<std::size_t> capacity_;
    double slow_ = 1;
    std::vector<PipelineStage> stages_;  // of the last run
    std::vector<Arrivals> arrivals_;     // likewise, a row each
    std::optional<Arrivals> right_;      // for these messages and costs
    RunPicture picture_;
};

Diagram diagram_of(const Values& values, std::size_t threads) {
    Diagram diagram{.message = "message"};
    const std::vector<PipelineStage> stages = plan_pipeline(wish_of(values), threads);
    for (const PipelineStage& stage : stages)
        diagram.stages.push_back({.name = name_of(stage), .first_row = stage.first_row, .rows = stage.rows});
    for (std::size_t i = 0; i + 1 < stages.size(); ++i) {
        diagram.channels.push_back({.name = "to " + std::string(pipeline_steps[stages[i + 1].first_step]),
                                    .from = i,
                                    .to = i + 1,
                                    .capacity = capacity_of(values)});
    }
    return diagram;
}

Parameter workers_parameter(std::string name, std::string label, std::int64_t workers) {
    return {.name = std::move(name),
            .label = std::move(label),
            .help =
                "Threads at this step. If the run is given a number of threads, they are shared out anew: more go "
                "where the work is, and with fewer, neighbouring steps share one",
            .unit = "threads",
            .kind = Parameter::Kind::integer,
            .default_value = workers,
            .minimum = 1,
            .maximum = 64,
            .choices = {}};
}

Description describe() {
    Description description{
        .name = "pipeline",
        .title = "Pipeline",
        .category = "Channels",
        .summary = "Produce, parse, compress, store: stages with channels between them, and backpressure to be seen",
        .parameters = {},
        .backends = {"grainscope", "openmp", "threads", "sequential"},
        .picture = {.remark = "each bar in the colour of the worker that had the message last",
                    .position = "message",
                    .value = "steps it has been through",
                    .extent = {}},
        .diagram = diagram_of,
        .default_threads = [](const Values& values) {
            std::size_t total = 0;
            for (const std::size_t workers : wish_of(values).workers) total += workers;
            return total;
        }};
    auto& list = description.parameters;
    list.push_back(count_parameter("How many messages go through", "messages", 10'000, 1e12));
    list.push_back({.name = "capacity",
                    .label = "Capacity",
                    .help = "How many messages each channel holds; 0 hands them over from thread to thread",
                    .unit = "messages",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{64},
                    .minimum = 0,
                    .maximum = 1e6,
                    .logarithmic = true,
                    .tunable = true,
                    .choices = {}});
    list.push_back(
        {.name = "bounded",
         .label = "Bounded",
         .help = "Whether a full channel makes its senders wait; without, nothing slows them down, and memory grows",
         .unit = "",
         .kind = Parameter::Kind::boolean,
         .default_value = true,
         .choices = {}});
    list.push_back(rounds_parameter("produce", "Cost of producing", "What this step takes a message", 1000));
    list.push_back(rounds_parameter("parse", "Cost of parsing", "What this step takes a message", 3000));
    list.push_back(rounds_parameter("compress", "Cost of compressing", "What this step takes a message", 12'000));
    list.push_back(rounds_parameter("store", "Cost of storing", "What this step takes a message", 2000));
    list.push_back(workers_parameter("producers", "Producers", 1));
    list.push_back(workers_parameter("parsers", "Parsers", 1));
    list.push_back(workers_parameter("compressors", "Compressors", 2));
    list.push_back(workers_parameter("writers", "Writers", 1));
    list.push_back(slow_parameter());
    return description;
}

const Registration pipeline{describe(), [] { return std::make_unique<Pipeline>(); }};

}  // namespace

}  // namespace grainscope::workloads
