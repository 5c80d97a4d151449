// HTTP over real sockets: what servers answer, and what they do instead.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/io/io.h>

#include "raw_server.h"

namespace {

using namespace std::chrono_literals;
namespace io = grainscope::io;
using grainscope::tests::once;
using grainscope::tests::RawPeer;
using grainscope::tests::RawServer;
using Kind = io::Error::Kind;

io::Result<io::Response> fetch(const std::string& url) {
    io::Runtime runtime;
    return runtime.block_on(io::get(url));
}

TEST(IoHttp, SendsWhatWasAsked) {
    std::string seen;
    const RawServer server([&seen](RawPeer& peer) {
        seen = peer.read_request(4);
        peer.answer("");
    });
    io::Runtime runtime;
    io::Request request{
        .url = server.url("/a%20b?c=d#e"), .method = "POST", .headers = {{"X-Mine", "1"}}, .body = "data"};
    const auto answer = runtime.block_on(io::request(request));
    ASSERT_TRUE(answer) << answer.error().what();
    EXPECT_TRUE(seen.starts_with("POST /a%20b?c=d HTTP/1.1\r\n")) << seen;
    EXPECT_TRUE(seen.ends_with("\r\n\r\ndata")) << seen;
    EXPECT_NE(seen.find("X-Mine: 1\r\n"), std::string::npos);
    EXPECT_NE(seen.find("Content-Length: 4\r\n"), std::string::npos);
    EXPECT_NE(seen.find("Host: 127.0.0.1:"), std::string::npos);
}

TEST(IoHttp, UsesAConnectionAgainThatTheServerLeftOpen) {
    const RawServer server([](RawPeer& peer) {
        while (!peer.read_request().empty()) peer.answer("x");
    });
    io::Runtime runtime;
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(runtime.block_on(io::get(server.url())));
    EXPECT_EQ(server.connections(), 1);
    for (int i = 0; i < 3; ++i) {
        io::Request request{.url = server.url(), .keep_alive = false};
        EXPECT_TRUE(runtime.block_on(io::request(request)));
    }
    EXPECT_EQ(server.connections(), 4);
}

TEST(IoHttp, SendsAgainWhereAKeptConnectionTurnsOutToBeClosed) {
    // Promises to keep the connection, and closes it after one answer.
    const RawServer server([](RawPeer& peer) {
        if (!peer.read_request().empty()) peer.answer("x");
    });
    io::Runtime runtime;
    for (int i = 0; i < 5; ++i) {
        const auto answer = runtime.block_on(io::get(server.url()));
        EXPECT_TRUE(answer) << answer.error().what();
    }
    EXPECT_EQ(server.connections(), 5);
}

TEST(IoHttp, ManyAtOnceOnOneThread) {
    const RawServer server([](RawPeer& peer) {
        while (!peer.read_request().empty()) peer.answer("many");
    });
    io::Runtime runtime;
    const auto all = [](std::string url) -> io::Task<std::vector<io::Result<io::Response>>> {
        std::vector<io::Task<io::Result<io::Response>>> fetches;
        for (int i = 0; i < 200; ++i) fetches.push_back(io::get(url));
        co_return co_await io::join_all(std::move(fetches), 20);
    };
    const auto answers = runtime.block_on(all(server.url()));
    EXPECT_EQ(answers.size(), 200U);
    for (const auto& answer : answers) EXPECT_TRUE(answer && answer->body == "many");
    EXPECT_LE(server.connections(), 20);
}

struct Fault {
    const char* name;
    const char* bytes;
    Kind kind;
};
class IoHttpFault : public ::testing::TestWithParam<Fault> {};

TEST_P(IoHttpFault, IsAnErrorOfItsKindInOneLineThatNamesTheUrl) {
    const RawServer server(once(GetParam().bytes));
    const auto answer = fetch(server.url("/page"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, GetParam().kind) << answer.error().what();
    EXPECT_NE(answer.error().message.find(server.url("/page")), std::string::npos) << answer.error().what();
    EXPECT_EQ(answer.error().message.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Of, IoHttpFault,
    ::testing::Values(Fault{"NothingAtAll", "", Kind::reset},
                      Fault{"NoHttp", "SSH-2.0-OpenSSH\r\n\r\n", Kind::bad_response},
                      Fault{"HalfAHeader", "HTTP/1.1 200 OK\r\nContent-Le", Kind::reset},
                      Fault{"HalfABody", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Kind::reset},
                      Fault{"ALengthThatIsNone", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", Kind::bad_response},
                      Fault{"HalfAChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", Kind::reset},
                      Fault{"AChunkThatIsNone", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                            Kind::bad_response}),
    [](const auto& fault) { return fault.param.name; });

TEST(IoHttp, AnAbortReachesARequest) {
    std::atomic<bool> asked = false;
    const RawServer server([&asked](RawPeer& peer) {
        (void)peer.read_request();
        asked = true;
        peer.wait_for_end();
    });
    io::Runtime runtime;
    auto handle = runtime.spawn(io::get(server.url()));
    while (!asked) std::this_thread::yield();
    handle.abort();
    EXPECT_THROW((void)std::move(handle).get(), grainscope::Cancelled);
}

}  // namespace
