// Downloads from a server in a process of its own: by our tasks on one IO thread, and by a bare epoll loop.
#include "contest.h"
#include "epoll_fetch.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/backends/crew_backend.h>
#include <grainscope/workloads/fetch_strategies.h>
#include <grainscope/workloads/helper_process.h>
#include <grainscope/workloads/item_server.h>

namespace {

using grainscope::bench::Contest;
namespace backends = grainscope::backends;
namespace bench = grainscope::bench;
namespace io = grainscope::io;
namespace workloads = grainscope::workloads;

constexpr std::size_t requests = 10'000;
constexpr std::size_t at_once = 500;
constexpr std::chrono::milliseconds latency{20};

const workloads::ItemPlan plan{.latency = latency, .size = 1024};

/// For all contestants, started by the first.
const std::string& server_url() {
    static const auto server = workloads::ItemServer::start(plan);
    if (!server) throw std::runtime_error(server.error());
    return server->url();
}

double by_tasks(backends::CrewBackend& crew, bool keep_alive) {
    const workloads::ItemBytes bytes(plan);
    std::size_t right = 0;  // one IO thread counts
    const workloads::FetchPlan fetch{.count = requests,
                                     .request =
                                         [&](std::size_t i) {
                                             return io::Request{.url = server_url() + workloads::target_of(i),
                                                                .keep_alive = keep_alive};
                                         },
                                     .concurrency = at_once};
    const auto count = [&](std::size_t i, std::size_t, const io::Result<io::Response>& answer,
                           std::chrono::nanoseconds) { right += answer && answer->body == bytes.of(i) ? 1 : 0; };
    return bench::timed(
        [&] {
            (void)workloads::fetch_by_tasks(crew, fetch, grainscope::CancellationToken(), count);
            return right;
        },
        [](std::size_t came_right) { return came_right == requests; });
}

double by_epoll(bool keep_alive) {
    const std::string& url = server_url();
    const auto port = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    const bench::Fetched fetched =
        bench::epoll_fetch({.port = port, .items = requests, .concurrency = at_once, .keep_alive = keep_alive});
    if (fetched.answered != requests || fetched.body_bytes != requests * plan.size)
        throw std::runtime_error("some items did not come");
    return fetched.seconds;
}

void add(const std::string& title, bool keep_alive) {
    Contest contest(title, 1, {.items = static_cast<double>(requests), .fingerprint = [] { return requests; }});
    const auto crew = std::make_shared<std::unique_ptr<backends::CrewBackend>>();
    contest.alone("grainscope tasks", [crew, keep_alive] {
        if (*crew == nullptr) *crew = std::make_unique<backends::CrewBackend>(backends::Crew{.io_threads = 1}, 1);
        return by_tasks(**crew, keep_alive);
    });
    contest.alone("epoll loop", [keep_alive] { return by_epoll(keep_alive); });
}

}  // namespace

int main(int argc, char** argv) {
    if (const auto status = workloads::run_as_helper(argc, argv)) return *status;
    add("10000 requests of 20 ms, 500 at once, kept connections", true);
    add("10000 requests of 20 ms, 500 at once, new connections", false);
    return bench::run(argc, argv, "an item");
}
