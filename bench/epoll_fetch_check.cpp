// Whether epoll_fetch gets what servers give, whole or in pieces, and counts what they do not.
#include "epoll_fetch.h"

#include "../engine/tests/raw_server.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>

namespace {

using grainscope::bench::epoll_fetch;
using grainscope::bench::Fetched;
using grainscope::bench::FetchPlan;
using grainscope::tests::RawPeer;
using grainscope::tests::RawServer;

std::uint16_t port_of(const RawServer& server) {
    const std::string url = server.url("");
    return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

bool all_right = true;
void expect(const char* what, const Fetched& got, const Fetched& wanted) {
    const bool right = got.answered == wanted.answered && got.other == wanted.other && got.failed == wanted.failed &&
                       got.body_bytes == wanted.body_bytes;
    all_right = all_right && right;
    std::printf("%s %s: %zu with 200, %zu with another status, %zu failed, %zu bytes, %.1f us an item\n",
                right ? "right" : "WRONG", what, got.answered, got.other, got.failed, got.body_bytes,
                got.seconds * 1e6 / static_cast<double>(got.answered + got.other + got.failed));
}

using Script = std::function<void(RawPeer&)>;

/// Answers each request with these bytes.
Script always(std::string bytes) {
    return [bytes = std::move(bytes)](RawPeer& peer) {
        while (!peer.read_request().empty()) peer.write(bytes);
    };
}
Script once(std::string bytes) {
    return [bytes = std::move(bytes)](RawPeer& peer) {
        if (!peer.read_request().empty()) peer.write(bytes);
    };
}
std::string answer(const std::string& body, const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\nServer: raw\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}

void check_kept_and_new_connections() {
    const std::string body(2000, 'x');
    for (const std::size_t at_once : {1, 20, 2000}) {
        const RawServer server(always(answer(body)));
        const FetchPlan plan{.port = port_of(server), .items = 1000, .concurrency = at_once};
        expect("kept connections", epoll_fetch(plan), {.answered = 1000, .body_bytes = 2'000'000});
        if (server.connections() != static_cast<int>(std::min<std::size_t>(at_once, 1000)))
            throw std::runtime_error("as many connections as requests at once, but " +
                                     std::to_string(server.connections()));
    }
    const RawServer server(once(answer(body)));
    const FetchPlan plan{.port = port_of(server), .items = 1000, .concurrency = 20, .keep_alive = false};
    expect("new connections", epoll_fetch(plan), {.answered = 1000, .body_bytes = 2'000'000});
    // Promises to keep them, and does not.
    const FetchPlan kept{.port = port_of(server), .items = 1000, .concurrency = 20};
    expect("connections that are not kept", epoll_fetch(kept), {.answered = 1000, .body_bytes = 2'000'000});
}

void check_pieces() {
    const std::string body(3'000'000, 'x');
    const RawServer large(always(answer(body)));
    expect("large bodies", epoll_fetch({.port = port_of(large), .items = 20, .concurrency = 4}),
           {.answered = 20, .body_bytes = 60'000'000});
    const RawServer slow([](RawPeer& peer) {
        while (!peer.read_request().empty())
            for (const char byte : answer("twelve bytes")) peer.write({byte});
    });
    expect("byte by byte", epoll_fetch({.port = port_of(slow), .items = 50, .concurrency = 4}),
           {.answered = 50, .body_bytes = 600});
}

void check_targets() {
    std::atomic<int> wrong = 0;
    const RawServer server([&wrong](RawPeer& peer) {
        for (std::string request; !(request = peer.read_request()).empty();) {
            const std::string target = request.substr(4, request.find(' ', 4) - 4);
            if (!request.starts_with("GET /items/") || request.find("\r\nHost: 127.0.0.1:") == std::string::npos)
                ++wrong;
            peer.write(answer(target, target.ends_with("7") ? "404 Not Found" : "200 OK"));
        }
    });
    expect("other statuses", epoll_fetch({.port = port_of(server), .items = 100, .concurrency = 3}),
           {.answered = 90, .other = 10, .body_bytes = 10 * 8 + 90 * 9});
    if (wrong != 0) throw std::runtime_error("requests are not what they should be");
}

void check_failures() {
    for (const char* bytes : {"", "HTTP/1.1 200 OK\r\n\r\nuntil the end", "HTTP/1.1 200 OK\r\nContent-Le",
                              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nmore"}) {
        const RawServer server(once(bytes));
        expect("no answers", epoll_fetch({.port = port_of(server), .items = 10, .concurrency = 3}), {.failed = 10});
    }
    const RawServer half(once("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
    expect("half answers", epoll_fetch({.port = port_of(half), .items = 10, .concurrency = 3}),
           {.failed = 10, .body_bytes = 1000});
    std::uint16_t port = 0;
    {
        const RawServer gone(once(""));
        port = port_of(gone);
    }
    expect("nobody there", epoll_fetch({.port = port, .items = 10, .concurrency = 3}), {.failed = 10});
}

}  // namespace

int main() {
    try {
        check_kept_and_new_connections();
        check_pieces();
        check_targets();
        check_failures();
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
    return all_right ? 0 : 1;
}
