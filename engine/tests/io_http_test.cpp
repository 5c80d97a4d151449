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
using grainscope::tests::RawPeer;
using grainscope::tests::RawServer;
using Kind = io::Error::Kind;

/// Serves every request of a connection with the same bytes.
auto always(std::string bytes) {
    return [bytes = std::move(bytes)](RawPeer& peer) {
        while (!peer.read_request().empty()) peer.write(bytes);
    };
}
/// Serves one request with these bytes and closes.
auto once(std::string bytes) {
    return [bytes = std::move(bytes)](RawPeer& peer) {
        if (!peer.read_request().empty()) peer.write(bytes);
    };
}

io::Result<io::Response> fetch(const std::string& url) {
    io::Runtime runtime;
    return runtime.block_on(io::get(url));
}

TEST(IoHttp, GivesStatusHeadersAndBody) {
    const RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Name: value\r\n\r\nhello"));
    const auto answer = fetch(server.url());
    ASSERT_TRUE(answer) << answer.error().what();
    EXPECT_EQ(answer->status, 200U);
    EXPECT_TRUE(answer->is_success());
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(answer->header("x-NAME"), "value");
    EXPECT_EQ(answer->header("x-other"), std::nullopt);
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

TEST(IoHttp, AnErrorStatusIsAnAnswer) {
    for (const unsigned status : {404U, 500U, 301U}) {
        const RawServer server(always("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 2\r\n\r\nno"));
        const auto answer = fetch(server.url());
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, status);
        EXPECT_FALSE(answer->is_success());
    }
}

TEST(IoHttp, PutsChunksTogetherAndReadsToTheEndWhereThereIsNoLength) {
    const RawServer chunked(
        always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    EXPECT_EQ(fetch(chunked.url())->body, "abcde");
    const RawServer unmeasured(once("HTTP/1.1 200 OK\r\n\r\nto the end"));
    EXPECT_EQ(fetch(unmeasured.url())->body, "to the end");
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

TEST(IoHttp, AServerThatSendsMoreThanItSaidIsNotBelieved) {
    const RawServer server(once("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokand more than it said"));
    const auto answer = fetch(server.url());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::bad_response);
    EXPECT_EQ(answer.error().message, "GET " + server.url() + ": the server sent more than it said");
}

TEST(IoHttp, InterimAnswersAreNoAnswers) {
    const RawServer server(
        always("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    const auto answer = fetch(server.url());
    ASSERT_TRUE(answer) << answer.error().what();
    EXPECT_EQ(answer->status, 200U);
    EXPECT_EQ(answer->body, "ok");
}

TEST(IoHttp, ResetIsTold) {
    const RawServer server([](RawPeer& peer) {
        (void)peer.read_request();
        peer.reset();
    });
    const auto answer = fetch(server.url());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::reset) << answer.error().what();
}

TEST(IoHttp, ABodyBeyondTheLimitIsTooLarge) {
    for (const char* head : {"Content-Length: 2000", "Transfer-Encoding: chunked\r\n\r\n7d0"}) {
        const RawServer server(once(std::string("HTTP/1.1 200 OK\r\n") + head + "\r\n" +
                                    (std::string(head).starts_with("T") ? "" : "\r\n") + std::string(2000, 'x')));
        io::Runtime runtime;
        io::Request request{.url = server.url(), .max_body_bytes = 1000};
        const auto answer = runtime.block_on(io::request(request));
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, Kind::too_large) << answer.error().what();
    }
}

TEST(IoHttp, AServerThatStallsRunsIntoTheTimeLimit) {
    const RawServer server([](RawPeer& peer) {
        (void)peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        peer.wait_for_end();
    });
    io::Runtime runtime;
    io::Request request{.url = server.url("/slow"), .timeout = 30ms};
    const auto answer = runtime.block_on(io::request(request));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::timed_out);
    EXPECT_EQ(answer.error().message, "GET " + server.url("/slow") + ": timed out after 30 ms");
}

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

TEST(IoHttp, NobodyListeningIsRefused) {
    std::string url;
    {
        const RawServer server(once(""));
        url = server.url();
    }
    const auto answer = fetch(url);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::refused) << answer.error().what();
}

TEST(IoHttp, ANameLeadsWhereANumberDoes) {
    const RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    std::string url = server.url();
    url.replace(url.find("127.0.0.1"), 9, "localhost");
    const auto answer = fetch(url);
    EXPECT_TRUE(answer) << answer.error().what();
    // Longer than a name can be: no name service needs to be asked.
    const auto nowhere = fetch("http://" + std::string(300, 'a') + "/");
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().kind, Kind::host_not_found) << nowhere.error().what();
}

TEST(IoHttp, WhatIsNoUrlIsRefusedBeforeAnythingIsSent) {
    for (const char* text :
         {"", "no url", "http://", "ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://a b/",
          "/path", "http://[::1/", "http://127.0.0.1/a\r\nX: y"}) {
        const auto answer = fetch(text);
        ASSERT_FALSE(answer) << text;
        EXPECT_EQ(answer.error().kind, Kind::invalid_url) << text << ": " << answer.error().what();
    }
}

TEST(IoHttp, AHeaderCannotSmuggleAnotherOne) {
    io::Runtime runtime;
    for (const auto& header : io::Headers{{"X", "1\r\nEvil: 2"}, {"X\r\nEvil", "1"}, {"", "1"}, {"X Y", "1"}}) {
        io::Request request{.url = "http://127.0.0.1:9/", .headers = {header}};
        EXPECT_EQ(runtime.block_on(io::request(request)).error().kind, Kind::invalid_request) << header.first;
    }
    io::Request request{.url = "http://127.0.0.1:9/", .method = "GET / HTTP/1.1\r\nX: "};
    EXPECT_EQ(runtime.block_on(io::request(request)).error().kind, Kind::invalid_request);
}

TEST(IoHttp, AServerWithoutEncryptionIsNoTlsServer) {
    const RawServer server([](RawPeer& peer) { peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"); });
    std::string url = server.url();
    url.replace(0, 4, "https");
    const auto answer = fetch(url);
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().kind == Kind::tls || answer.error().kind == Kind::reset) << answer.error().what();
}

}  // namespace
