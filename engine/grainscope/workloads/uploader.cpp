#include <grainscope/workloads/uploader.h>

#include <algorithm>
#include <iostream>
#include <span>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include <grainscope/io/io.h>
#include <grainscope/workloads/helper_process.h>

namespace grainscope::workloads {

namespace {

constexpr std::string_view role = "uploader";
/// A server that syncs to a slow disk takes its time.
constexpr std::chrono::minutes patience{5};
/// What is made before the clock starts, at most; the rest is made while it is sent.
constexpr std::size_t most_made_before = std::size_t{256} << 20;

/// The uploads of one plan. It belongs to the IO thread.
class Sending {
  public:
    io::Task<> prepare(UploadPlan plan) {
        plan_ = plan;
        made_.clear();
        for (std::size_t i = 0; i < plan.count && (i + 1) * plan.size <= most_made_before; ++i)
            made_.push_back(plan.bytes_of(i));
        co_return;
    }

    io::Task<> all(std::string url) {
        next_ = 0;
        std::vector<io::Task<>> clients;
        for (std::size_t i = 0; i < std::min(plan_.concurrency, plan_.count); ++i) clients.push_back(client(url));
        co_await io::join_all(std::move(clients));
        std::cout << "done" << std::endl;
    }

  private:
    io::Task<> client(const std::string& url) {
        while (next_ < plan_.count) {
            const std::size_t item = next_++;
            io::Request request{.url = fmt::format("{}/{}", url, upload_name(item)),
                                .method = "PUT",
                                .body = item < made_.size() ? made_[item] : plan_.bytes_of(item),
                                .timeout = patience};
            const auto begun = std::chrono::steady_clock::now();
            const io::Result<io::Response> answer = co_await io::request(std::move(request));
            report(item, std::chrono::steady_clock::now() - begun, answer);
        }
    }

    static void report(std::size_t item, std::chrono::nanoseconds took, const io::Result<io::Response>& answer) {
        std::string error;
        if (!answer)
            error = answer.error().message;
        else if (!answer->is_success())
            error = fmt::format("answered {}: {}", answer->status, answer->body);
        std::ranges::replace(error, '\n', ' ');
        std::cout << item << ' ' << took.count() << ' ' << error << '\n' << std::flush;
    }

    UploadPlan plan_;
    std::vector<std::string> made_;
    std::size_t next_ = 0;
};

/// Lines in: "plan …" and "send URL". Lines out: "ok" for the one, a line an upload and "done" for the other. The end
/// of the input ends it in the midst of sending, too.
int send_uploads(std::span<const std::string>) {
    Sending sending;
    io::Runtime runtime;
    for (std::string line; std::getline(std::cin, line);) {
        const std::size_t blank = std::min(line.find(' '), line.size());
        const std::string word = line.substr(0, blank), rest = line.substr(std::min(blank + 1, line.size()));
        const std::optional<UploadPlan> plan = word == "plan" ? UploadPlan::from(rest) : std::nullopt;
        if (word == "send") {
            (void)runtime.spawn(sending.all(rest));
            continue;
        }
        if (plan) runtime.block_on(sending.prepare(*plan));
        std::cout << (plan ? "ok" : "neither a plan nor where to send") << std::endl;
    }
    return 0;
}

const HelperRegistration uploader{{std::string(role), send_uploads}};

}  // namespace

std::expected<Uploader, std::string> Uploader::start() {
    auto process = start_helper(role);
    if (!process) return std::unexpected(process.error());
    return Uploader(std::move(*process));
}

std::expected<std::string, std::string> Uploader::reply() {
    auto line = process_.read_line();
    if (!line) line.error().insert(0, "the uploader: ");
    return line;
}

std::expected<void, std::string> Uploader::prepare(const UploadPlan& plan) {
    if (auto told = process_.write("plan " + plan.text() + "\n"); !told) return told;
    const auto answer = reply();
    if (!answer) return std::unexpected(answer.error());
    if (*answer != "ok") return std::unexpected("the uploader: " + *answer);
    return {};
}

std::expected<void, std::string> Uploader::send(const std::string& url, const Sent& sent) {
    if (auto told = process_.write("send " + url + "\n"); !told) return told;
    while (true) {
        const auto line = reply();
        if (!line) return std::unexpected(line.error());
        if (*line == "done") return {};
        std::istringstream words(*line);
        std::size_t item = 0;
        std::int64_t took = 0;
        std::string error;
        if (!(words >> item >> took)) return std::unexpected("the uploader: " + *line);
        std::getline(words >> std::ws, error);
        sent(item, std::chrono::nanoseconds(took), std::move(error));
    }
}

}  // namespace grainscope::workloads
