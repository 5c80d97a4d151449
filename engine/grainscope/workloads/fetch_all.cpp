// Downloads: many answers, each of which takes long to come and little to take. The same requests by asynchronous
// tasks, by a thread for each, and by a pool, which is the wrong tool for it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <grainscope/io/http.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/fetch_strategies.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/item_server.h>
#include <grainscope/workloads/latencies.h>
#include <grainscope/workloads/memory_peak.h>
#include <grainscope/workloads/run_picture.h>
#include <grainscope/workloads/url_list.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

using std::chrono::nanoseconds;

constexpr double most_items = 1e6;
constexpr double most_at_once = 10'000;
/// Rows that a recording has for threads of single requests: a thousand is more than anybody can tell apart.
constexpr std::size_t most_brief_rows = 1024;
constexpr std::size_t most_body_bytes = std::size_t{256} << 20;

nanoseconds milliseconds_of(const Values& values, const char* name, double factor = 1) {
    return nanoseconds(static_cast<std::int64_t>(std::min(real_of(values, name) * factor, 3.6e9) * 1e6));
}

/// What became of one request.
struct Outcome {
    nanoseconds took{};
    bool is_done = false;
    bool is_late = false;  ///< it took longer than the user allows
    std::string error;     ///< empty: it was answered as it should
};

class FetchAll final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        seed_ = seed;
        prepared_ = values;
        urls_.clear();
        server_.reset();
        if (!text_of(values, "urls").empty()) {
            auto read = read_urls(text_of(values, "urls"));
            if (!read) return std::unexpected(std::move(read.error()));
            urls_ = std::move(*read);
        }
        (void)update(values);
        if (urls_.empty()) {
            auto started = ItemServer::start(plan_);
            if (!started) return std::unexpected(Failure{Failure::Kind::failed, started.error()});
            server_.emplace(std::move(*started));
            served_ = plan_;
            bytes_ = ItemBytes(plan_);
        }
        outcomes_.assign(urls_.empty() ? static_cast<std::size_t>(whole_of(values, "n")) : urls_.size(), Outcome());
        return {};
    }

    bool update(const Values& values) override {
        strategy_ = text_of(values, "strategy");
        concurrency_ = static_cast<std::size_t>(whole_of(values, "concurrency"));
        keep_alive_ = flag_of(values, "keep-alive");
        timeout_ = nanoseconds(static_cast<std::int64_t>(real_of(values, "timeout") * 1e9));
        const double slow = real_of(values, "slow");
        plan_ = {.latency = milliseconds_of(values, "latency", slow),
                 .jitter = milliseconds_of(values, "jitter", slow),
                 .errors = real_of(values, "errors"),
                 .size = static_cast<std::size_t>(whole_of(values, "size")),
                 .seed = seed_};
        return text_of(values, "urls") == text_of(prepared_, "urls") &&
               whole_of(values, "n") == whole_of(prepared_, "n");
    }

    void reset(RunContext& context) override {
        std::ranges::fill(outcomes_, Outcome());
        wrong_.clear();
        picture_.reset(context, outcomes_.size());
        if (server_ && plan_ != served_) {
            if (auto follows = server_->follow(plan_); !follows) throw std::runtime_error(follows.error());
            served_ = plan_;
            bytes_ = ItemBytes(plan_);
        }
        memory_.begin();
    }

    void run(backends::Backend& backend, RunContext& context) override {
        const auto begun = std::chrono::steady_clock::now();
        const FetchPlan plan{.count = outcomes_.size(),
                             .request = [this](std::size_t i) { return request_of(i); },
                             .concurrency = concurrency_};
        const Fetched fetched = [&](std::size_t i, std::size_t row, io::Result<io::Response> answer, nanoseconds took) {
            take(i, row, answer, took);
            if (context.gate != nullptr) context.gate->checkpoint(0, context.cancel);
        };
        backends::CrewBackend& crew = backends::crew_of(backend);
        if (strategy_ == "tasks")
            report_ = fetch_by_tasks(crew, plan, context.cancel, fetched);
        else if (strategy_ == "threads")
            report_ = fetch_by_threads(crew, plan, context.cancel, fetched);
        else
            report_ = fetch_by_pool(crew, plan, context.cancel, fetched);
        took_ = std::chrono::steady_clock::now() - begun;
        memory_.end();
        if (strategy_ == "pool")
            could_be_at_once_ = std::min(concurrency_, crew.crew().workers);
        else
            could_be_at_once_ = std::min({concurrency_, outcomes_.size(), io::most_connections()});
        if (strategy_ == "threads") could_be_at_once_ = std::min(could_be_at_once_, crew.threads());
    }

    std::expected<void, std::string> check() override {
        if (!wrong_.empty()) return std::unexpected(wrong_);
        for (std::size_t i = 0; i < outcomes_.size(); ++i) {
            const Outcome& outcome = outcomes_[i];
            if (!outcome.is_done) return std::unexpected(name_of(i) + ": nothing became of it");
            // What other servers should answer, nobody here knows; and how long ours may take is the user's choice.
            if (!server_ || outcome.is_late) continue;
            if (served_.fails(i) && outcome.error != answered(500))
                return std::unexpected(fmt::format("{}: should have been answered 500, and was {}", name_of(i),
                                                   outcome.error.empty() ? "not" : outcome.error));
            if (!served_.fails(i) && !outcome.error.empty())
                return std::unexpected(fmt::format("{}: {}", name_of(i), outcome.error));
        }
        return {};
    }

    double items() const override { return static_cast<double>(outcomes_.size()); }

    std::vector<ItemFailure> item_failures() const override {
        std::vector<ItemFailure> failures;
        for (std::size_t i = 0; i < outcomes_.size(); ++i)
            if (!outcomes_[i].error.empty()) failures.push_back({name_of(i), outcomes_[i].error});
        return failures;
    }

    std::vector<Figure> figures() const override {
        std::vector<nanoseconds> took;
        for (const Outcome& outcome : outcomes_)
            if (outcome.is_done && outcome.error.empty()) took.push_back(outcome.took);
        std::vector<Figure> list = latency_figures(std::move(took), "latency", "Latency");
        list.push_back({"requests_at_once", "Requests at once", "", static_cast<double>(report_.most_at_once)});
        list.push_back({"threads_at_once", "Threads that fetch", "", static_cast<double>(report_.most_threads)});
        memory_.add_to(list);
        if (server_ && could_be_at_once_ > 0 && served_.latency.count() > 0) {
            const double floor =
                static_cast<double>(served_.latency.count()) * items() / static_cast<double>(could_be_at_once_);
            list.push_back({"floor_ns", "Floor: latency × requests / at once", "ns", floor});
            list.push_back({"times_floor", "Time in floors", "", static_cast<double>(took_.count()) / floor});
        }
        return list;
    }

    std::vector<std::string> remarks() const override {
        std::vector<std::string> lines;
        if (strategy_ != "pool" && could_be_at_once_ < std::min(concurrency_, outcomes_.size())) {
            lines.push_back(
                fmt::format("{} connections at once need more open files than this process may have "
                            "(ulimit -n -H): no more than {} were open",
                            concurrency_, could_be_at_once_));
        }
        if (strategy_ == "pool" && could_be_at_once_ < concurrency_) {
            lines.push_back(
                fmt::format("a worker waits for one answer at a time: {} requests were made at once, not "
                            "{}",
                            could_be_at_once_, concurrency_));
        }
        if (report_.refused_threads > 0) {
            lines.push_back(
                fmt::format("the system gave {} threads fewer than were asked for: {} requests were made "
                            "at once",
                            report_.refused_threads, report_.most_at_once));
        }
        return lines;
    }

  private:
    static std::string answered(unsigned status) { return fmt::format("answered {}", status); }

    [[nodiscard]] std::string name_of(std::size_t i) const { return urls_.empty() ? target_of(i) : urls_[i]; }
    [[nodiscard]] io::Request request_of(std::size_t i) const {
        return {.url = urls_.empty() ? server_->url() + target_of(i) : urls_[i],
                .timeout = timeout_,
                .max_body_bytes = most_body_bytes,
                .keep_alive = keep_alive_};
    }

    void take(std::size_t i, std::size_t row, const io::Result<io::Response>& answer, nanoseconds took) {
        Outcome& outcome = outcomes_[i];
        outcome.took = took;
        outcome.is_done = true;
        if (!answer) {
            outcome.error = answer.error().message;
            outcome.is_late = answer.error().is_timeout();
        } else if (!answer->is_success()) {
            outcome.error = answered(answer->status);
        } else if (server_ && answer->body != bytes_.of(i)) {
            const std::lock_guard lock(mutex_);
            wrong_ = fmt::format("{}: {} bytes came, and not those that belong to it", name_of(i), answer->body.size());
        }
        if (!picture_) return;
        picture_.publish(
            i, 1, [&] { return static_cast<std::uint16_t>(row); },
            [&] { return outcome.error.empty() ? latency_height(took) : 1.0F; });
    }

    std::uint64_t seed_ = 1;
    Values prepared_;
    std::vector<std::string> urls_;     ///< the user's; none: made-up ones
    std::optional<ItemServer> server_;  ///< of made-up ones
    ItemPlan plan_, served_;            ///< wanted, and what the server follows
    ItemBytes bytes_;
    std::string strategy_;
    std::size_t concurrency_ = 1;
    bool keep_alive_ = true;
    nanoseconds timeout_{};
    std::vector<Outcome> outcomes_;
    std::mutex mutex_;
    std::string wrong_;  ///< under the mutex while it runs
    RunPicture picture_;
    FetchReport report_;
    nanoseconds took_{};
    MemoryPeak memory_;
    std::size_t could_be_at_once_ = 0;
};

/// The threads of single requests; 0 leaves it to the machine.
std::size_t threads_by_default(const Values& values) {
    if (text_of(values, "strategy") == "tasks") return 1;
    if (text_of(values, "strategy") == "pool") return 0;
    return static_cast<std::size_t>(std::min(whole_of(values, "concurrency"), whole_of(values, "n")));
}

backends::Crew crew_of_values(const Values& values, std::size_t threads) {
    if (text_of(values, "strategy") == "tasks") return {.io_threads = threads};
    if (text_of(values, "strategy") == "pool") return {.workers = threads};
    return {.brief_threads = std::min(threads, most_brief_rows)};
}

Parameter milliseconds_parameter(std::string name, std::string label, std::string help, double default_value) {
    return {.name = std::move(name),
            .label = std::move(label),
            .help = std::move(help),
            .unit = "ms",
            .kind = Parameter::Kind::real,
            .default_value = default_value,
            .minimum = 0,
            .maximum = 60'000,
            .logarithmic = true,
            .choices = {}};
}

Description describe() {
    Description description{
        .name = "fetch-all",
        .title = "Downloads",
        .category = "Input and output",
        .summary =
            "Fetches many URLs: by asynchronous tasks, by a thread for each, or by a pool, the wrong tool for it",
        .parameters = {},
        .backends = {"grainscope"},
        .picture = {.remark = "each bar in the colour of the thread that took the answer",
                    .position = "request",
                    .value = latency_height_text,
                    .extent = {}},
        .default_threads = threads_by_default,
        .crew = crew_of_values};
    auto& list = description.parameters;
    list.push_back(path_parameter("urls", "List of URLs",
                                  "Fetch the URLs in this file, one a line, instead of made-up ones from this computer",
                                  Parameter::Path::open_file));
    list.push_back(count_parameter("How many requests are made", "requests", 1000, most_items));
    list.push_back({.name = "strategy",
                    .label = "Strategy",
                    .help = "Who waits for the answers: tasks on IO threads, a thread for each request, or workers",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("tasks"),
                    .choices = {{"tasks", "Asynchronous tasks"},
                                {"threads", "A thread for each request"},
                                {"pool", "The work-stealing pool"}}});
    list.push_back({.name = "concurrency",
                    .label = "Concurrency",
                    .help = "How many requests are made at once; a pool makes no more than it has workers",
                    .unit = "requests",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{100},
                    .minimum = 1,
                    .maximum = most_at_once,
                    .logarithmic = true,
                    .tunable = true,
                    .choices = {}});
    list.push_back({.name = "keep-alive",
                    .label = "Keep connections",
                    .help = "Use a connection for one request after the other; else each has one of its own",
                    .unit = "",
                    .kind = Parameter::Kind::boolean,
                    .default_value = true,
                    .choices = {}});
    list.push_back(milliseconds_parameter("latency", "Latency", "How long the made-up server takes for an answer", 20));
    list.push_back(milliseconds_parameter("jitter", "Jitter", "So much more or less, evenly spread", 0));
    list.push_back({.name = "errors",
                    .label = "Errors",
                    .help = "The share of requests that the made-up server answers 500",
                    .unit = "",
                    .kind = Parameter::Kind::real,
                    .default_value = 0.0,
                    .minimum = 0,
                    .maximum = 1,
                    .choices = {}});
    list.push_back({.name = "size",
                    .label = "Size",
                    .help = "How long a made-up answer is",
                    .unit = "bytes",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{1024},
                    .minimum = 0,
                    .maximum = 16'777'216,
                    .logarithmic = true,
                    .choices = {}});
    list.push_back({.name = "timeout",
                    .label = "Time limit",
                    .help = "A request that takes longer has failed",
                    .unit = "s",
                    .kind = Parameter::Kind::real,
                    .default_value = 30.0,
                    .minimum = 0.001,
                    .maximum = 3600,
                    .logarithmic = true,
                    .choices = {}});
    Parameter slow = slow_parameter();
    slow.help = "The made-up server takes this many times longer, for the eye; such a run is no sample";
    list.push_back(std::move(slow));
    return description;
}

const Registration fetch_all{describe(), [] { return std::make_unique<FetchAll>(); }};

}  // namespace

}  // namespace grainscope::workloads
