// The blocking HTTP client over real sockets: as the asynchronous one, on a thread that waits.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/io/asio/blocking_client.h>
#include <grainscope/io/io.h>
#include <grainscope/platform/descriptor.h>
#include <grainscope/runtime/thread_pool.h>

#include "raw_server.h"

namespace {

using namespace std::chrono_literals;
namespace io = grainscope::io;
using grainscope::tests::once;
using grainscope::tests::RawPeer;
using grainscope::tests::RawServer;
using Kind = io::Error::Kind;

void answer_all(RawPeer& peer) {
    while (!peer.read_request().empty()) peer.answer("hello");
}

io::Result<io::Response> fetch(const std::string& url) {
    io::BlockingClient client;
    return client.send({.url = url});
}

TEST(IoBlockingClient, SendsTheBytesThatATaskSends) {
    std::vector<std::string> seen;
    const RawServer server([&seen](RawPeer& peer) {
        seen.push_back(peer.read_request(4));
        peer.answer("");
    });
    const io::Request request{.url = server.url("/a%20b?c=d#e"),
                              .method = "POST",
                              .headers = {{"X-Mine", "1"}},
                              .body = "data",
                              .keep_alive = false};
    io::BlockingClient client;
    ASSERT_TRUE(client.send(request));
    io::Runtime runtime;
    ASSERT_TRUE(runtime.block_on(io::request(request)));
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_TRUE(seen[0].starts_with("POST /a%20b?c=d HTTP/1.1\r\n")) << seen[0];
    EXPECT_EQ(seen[0], seen[1]);
}

TEST(IoBlockingClient, TakesAndSendsMoreThanASocketHolds) {
    const std::string large(20'000'000, 'x');
    const RawServer server([&](RawPeer& peer) {
        if (peer.read_request(large.size()).size() > large.size()) peer.answer(large);
    });
    io::BlockingClient client;
    const auto answer = client.send({.url = server.url(), .method = "PUT", .body = large});
    ASSERT_TRUE(answer) << answer.error().what();
    EXPECT_TRUE(answer->body == large);
}

TEST(IoBlockingClient, KeepsItsConnectionToTheLastHost) {
    const RawServer server(answer_all);
    io::BlockingClient client;
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(client.send({.url = server.url()}));
    EXPECT_EQ(server.connections(), 1);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(client.send({.url = server.url(), .keep_alive = false}));
    EXPECT_EQ(server.connections(), 4);

    const RawServer other(answer_all);
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(client.send({.url = other.url()}));
    EXPECT_EQ(other.connections(), 1);
    EXPECT_TRUE(client.send({.url = server.url()}));
    EXPECT_EQ(server.connections(), 5);
}

TEST(IoBlockingClient, SendsAgainOnceWhereItsConnectionTurnsOutToBeClosed) {
    // Promises to keep the connection, and closes it when it is asked again.
    const RawServer server([](RawPeer& peer) {
        if (!peer.read_request().empty()) peer.answer("x");
        (void)peer.read_request();
    });
    io::BlockingClient client;
    for (int i = 0; i < 5; ++i) {
        const auto answer = client.send({.url = server.url()});
        EXPECT_TRUE(answer) << answer.error().what();
    }
    EXPECT_EQ(server.connections(), 5);
    // What may have been done is not done twice.
    const auto posted = client.send({.url = server.url(), .method = "POST"});
    ASSERT_FALSE(posted);
    EXPECT_EQ(posted.error().kind, Kind::reset) << posted.error().what();
    EXPECT_EQ(server.connections(), 5);
}

TEST(IoBlockingClient, SendsNoThirdTime) {
    std::atomic<int> served = 0;
    const RawServer server([&served](RawPeer& peer) {
        if (!peer.read_request().empty() && served++ == 0) peer.answer("x");
    });
    io::BlockingClient client;
    EXPECT_TRUE(client.send({.url = server.url()}));
    const auto answer = client.send({.url = server.url()});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::reset);
    EXPECT_EQ(server.connections(), 2);
}

TEST(IoBlockingClient, EveryFailureIsTheOneThatATaskGets) {
    for (const char* bytes :
         {"", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le",
          "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        const RawServer server(once(bytes));
        const auto answer = fetch(server.url("/page"));
        io::Runtime runtime;
        const auto expected = runtime.block_on(io::get(server.url("/page")));
        ASSERT_FALSE(answer) << bytes;
        ASSERT_FALSE(expected) << bytes;
        EXPECT_EQ(answer.error().kind, expected.error().kind) << bytes;
        EXPECT_EQ(answer.error().message, expected.error().message) << bytes;
    }
}

TEST(IoBlockingClient, AServerThatNeverStopsRunsIntoTheTimeLimit) {
    const RawServer server([](RawPeer& peer) {
        (void)peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (::send(peer.descriptor(), "1\r\nx\r\n", 6, MSG_NOSIGNAL) > 0) {
        }
    });
    io::BlockingClient client;
    const auto answer = client.send({.url = server.url(), .timeout = 30ms, .max_body_bytes = std::size_t{1} << 40});
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().is_timeout()) << answer.error().what();
}

TEST(IoBlockingClient, AConnectionThatIsNotTakenRunsIntoTheTimeLimit) {
    // A queue of one that nobody empties: what comes after it is not even refused.
    const grainscope::platform::Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
    ASSERT_EQ(::listen(listener.get(), 0), 0);
    ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
    const grainscope::platform::Descriptor first(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(first.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);

    io::BlockingClient client;
    const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    const auto answer = client.send({.url = url, .timeout = 30ms});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message, "GET " + url + ": timed out after 30 ms");
}

std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::ranges::distance(std::filesystem::directory_iterator("/proc/self/fd")));
}

TEST(IoBlockingClient, CostsOneDescriptor) {
    const RawServer server(answer_all);
    std::vector<io::BlockingClient> clients(50);
    const std::size_t before = open_descriptors();
    for (io::BlockingClient& client : clients) ASSERT_TRUE(client.send({.url = server.url()}));
    EXPECT_EQ(open_descriptors() - before, 2 * clients.size());  // the server's ends lie in this process too
}

TEST(IoBlockingClient, ShowsAWorkerOfAPoolBlockedOnIoWhileItWaits) {
    grainscope::ThreadPool pool = grainscope::ThreadPoolBuilder().num_threads(1).build();
    const RawServer server([&pool](RawPeer& peer) {
        (void)peer.read_request();
        while (pool.telemetry().workers[0].state != grainscope::trace::State::blocked_io) std::this_thread::yield();
        peer.answer("seen");
    });
    const auto [answer, after] = pool.install([&] {
        auto got = fetch(server.url());
        return std::pair(std::move(got), pool.telemetry().workers[0].state);
    });
    ASSERT_TRUE(answer) << answer.error().what();
    EXPECT_EQ(answer->body, "seen");
    EXPECT_EQ(after, grainscope::trace::State::busy);
}

}  // namespace
