#include <grainscope/workloads/item_server.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <span>

#include <fmt/format.h>

#include <grainscope/io/io.h>
#include <grainscope/workloads/helper_process.h>

namespace grainscope::workloads {

namespace {

constexpr std::string_view role = "item-server";

/// What the server does now. It belongs to the IO thread.
struct Served {
    ItemPlan plan;
    ItemBytes bytes;
};

io::Task<io::Response> answer(const Served& served, io::ServerRequest request) {
    const std::optional<std::size_t> item = item_of(request.target);
    if (!item) co_return io::Response{.status = 404, .headers = {}, .body = "there are items only: /items/0\n"};
    co_await io::sleep_for(served.plan.latency_of(*item));
    if (served.plan.fails(*item))
        co_return io::Response{.status = 500, .headers = {}, .body = fmt::format("item {} fails\n", *item)};
    co_return io::Response{.status = 200, .headers = {}, .body = std::string(served.bytes.of(*item))};
}

io::Task<> change(Served& served, const ItemPlan& plan) {
    served = {plan, ItemBytes(plan)};
    co_return;
}

/// Says where it listens, then obeys a plan a line until its input ends.
int serve_items(std::span<const std::string>) {
    auto listener = io::Listener::bind();
    if (!listener) {
        std::cerr << listener.error().message << '\n';
        return 1;
    }
    Served served;
    io::Runtime runtime;
    const auto serving = runtime.spawn(
        io::serve(*listener, [&served](io::ServerRequest request) { return answer(served, std::move(request)); }));
    std::cout << listener->url() << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        const std::optional<ItemPlan> plan = ItemPlan::from(line);
        if (plan) runtime.block_on(change(served, *plan));
        std::cout << (plan ? "ok" : "not a plan") << std::endl;
    }
    return 0;
}

const HelperRegistration item_server{{std::string(role), serve_items}};

}  // namespace

std::expected<ItemServer, std::string> ItemServer::start(const ItemPlan& plan) {
    auto process = start_helper(role);
    if (!process) return std::unexpected(process.error());
    auto url = process->read_line();
    if (!url) return std::unexpected("the server of the items did not start: " + url.error());
    ItemServer server(std::move(*process), std::move(*url));
    if (auto follows = server.follow(plan); !follows) return std::unexpected(follows.error());
    return server;
}

std::expected<void, std::string> ItemServer::follow(const ItemPlan& plan) {
    if (auto told = process_.write(plan.text() + "\n"); !told) return told;
    const auto reply = process_.read_line();
    if (!reply) return std::unexpected("the server of the items: " + reply.error());
    if (*reply != "ok") return std::unexpected("the server of the items: " + *reply);
    return {};
}

}  // namespace grainscope::workloads
