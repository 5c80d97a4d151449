// What both HTTP clients have in common: the one of tasks and the one that blocks its thread, over real sockets.
#include <chrono>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <grainscope/io/asio/blocking_client.h>
#include <grainscope/io/io.h>

#include "raw_server.h"

namespace {

using namespace std::chrono_literals;
namespace io = grainscope::io;
using grainscope::tests::always;
using grainscope::tests::once;
using grainscope::tests::RawPeer;
using grainscope::tests::RawServer;
using Kind = io::Error::Kind;

class Task {
  public:
    io::Result<io::Response> send(io::Request request) { return runtime_.block_on(io::request(std::move(request))); }

  private:
    io::Runtime runtime_;
};

template <class Client>
class IoHttpClient : public ::testing::Test {
  protected:
    io::Result<io::Response> send(const io::Request& request) { return client_.send(request); }
    io::Result<io::Response> fetch(const std::string& url) { return send({.url = url}); }

  private:
    Client client_;
};
struct Names {
    template <class Client>
    static std::string GetName(int) {
        return std::is_same_v<Client, Task> ? "Task" : "BlockingClient";
    }
};
using Clients = ::testing::Types<Task, io::BlockingClient>;
TYPED_TEST_SUITE(IoHttpClient, Clients, Names);

TYPED_TEST(IoHttpClient, GivesStatusHeadersAndBody) {
    const RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Name: value\r\n\r\nhello"));
    const auto answer = this->fetch(server.url());
    ASSERT_TRUE(answer) << answer.error().what();
    EXPECT_EQ(answer->status, 200U);
    EXPECT_TRUE(answer->is_success());
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(answer->header("x-NAME"), "value");
    EXPECT_EQ(answer->header("x-other"), std::nullopt);
}

TYPED_TEST(IoHttpClient, AnErrorStatusIsAnAnswer) {
    for (const unsigned status : {404U, 500U, 301U}) {
        const RawServer server(always("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 2\r\n\r\nno"));
        const auto answer = this->fetch(server.url());
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, status);
        EXPECT_FALSE(answer->is_success());
    }
}

TYPED_TEST(IoHttpClient, PutsChunksTogetherAndReadsToTheEndWhereThereIsNoLength) {
    const RawServer chunked(
        always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    EXPECT_EQ(this->fetch(chunked.url())->body, "abcde");
    const RawServer unmeasured(once("HTTP/1.1 200 OK\r\n\r\nto the end"));
    EXPECT_EQ(this->fetch(unmeasured.url())->body, "to the end");
}

TYPED_TEST(IoHttpClient, AServerThatSendsMoreThanItSaidIsNotBelieved) {
    const RawServer server(once("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokand more than it said"));
    const auto answer = this->fetch(server.url());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::bad_response);
    EXPECT_EQ(answer.error().message, "GET " + server.url() + ": the server sent more than it said");
}

TYPED_TEST(IoHttpClient, InterimAnswersAreNoAnswers) {
    const RawServer server(
        always("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    const auto answer = this->fetch(server.url());
    ASSERT_TRUE(answer) << answer.error().what();
    EXPECT_EQ(answer->status, 200U);
    EXPECT_EQ(answer->body, "ok");
}

TYPED_TEST(IoHttpClient, ResetIsTold) {
    const RawServer server([](RawPeer& peer) {
        (void)peer.read_request();
        peer.reset();
    });
    const auto answer = this->fetch(server.url());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::reset) << answer.error().what();
}

TYPED_TEST(IoHttpClient, ABodyBeyondTheLimitIsTooLarge) {
    for (const char* head : {"Content-Length: 2000", "Transfer-Encoding: chunked\r\n\r\n7d0"}) {
        const RawServer server(once(std::string("HTTP/1.1 200 OK\r\n") + head + "\r\n" +
                                    (std::string(head).starts_with("T") ? "" : "\r\n") + std::string(2000, 'x')));
        io::Request request{.url = server.url(), .max_body_bytes = 1000};
        const auto answer = this->send(request);
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, Kind::too_large) << answer.error().what();
    }
}

TYPED_TEST(IoHttpClient, AServerThatStallsRunsIntoTheTimeLimit) {
    const RawServer server([](RawPeer& peer) {
        (void)peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        peer.wait_for_end();
    });
    io::Request request{.url = server.url("/slow"), .timeout = 30ms};
    const auto answer = this->send(request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::timed_out);
    EXPECT_EQ(answer.error().message, "GET " + server.url("/slow") + ": timed out after 30 ms");
}

TYPED_TEST(IoHttpClient, NobodyListeningIsRefused) {
    std::string url;
    {
        const RawServer server(once(""));
        url = server.url();
    }
    const auto answer = this->fetch(url);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Kind::refused) << answer.error().what();
}

TYPED_TEST(IoHttpClient, ANameLeadsWhereANumberDoes) {
    const RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    std::string url = server.url();
    url.replace(url.find("127.0.0.1"), 9, "localhost");
    const auto answer = this->fetch(url);
    EXPECT_TRUE(answer) << answer.error().what();
    // Longer than a name can be: no name service needs to be asked.
    const auto nowhere = this->fetch("http://" + std::string(300, 'a') + "/");
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().kind, Kind::host_not_found) << nowhere.error().what();
}

TYPED_TEST(IoHttpClient, WhatIsNoUrlIsRefusedBeforeAnythingIsSent) {
    for (const char* text :
         {"", "no url", "http://", "ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://a b/",
          "/path", "http://[::1/", "http://127.0.0.1/a\r\nX: y"}) {
        const auto answer = this->fetch(text);
        ASSERT_FALSE(answer) << text;
        EXPECT_EQ(answer.error().kind, Kind::invalid_url) << text << ": " << answer.error().what();
    }
}

TYPED_TEST(IoHttpClient, AHeaderCannotSmuggleAnotherOne) {
    for (const auto& header : io::Headers{{"X", "1\r\nEvil: 2"}, {"X\r\nEvil", "1"}, {"", "1"}, {"X Y", "1"}}) {
        io::Request request{.url = "http://127.0.0.1:9/", .headers = {header}};
        EXPECT_EQ(this->send(request).error().kind, Kind::invalid_request) << header.first;
    }
    io::Request request{.url = "http://127.0.0.1:9/", .method = "GET / HTTP/1.1\r\nX: "};
    EXPECT_EQ(this->send(request).error().kind, Kind::invalid_request);
}

TYPED_TEST(IoHttpClient, AServerWithoutEncryptionIsNoTlsServer) {
    const RawServer server([](RawPeer& peer) { peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"); });
    std::string url = server.url();
    url.replace(0, 4, "https");
    const auto answer = this->fetch(url);
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().kind == Kind::tls || answer.error().kind == Kind::reset) << answer.error().what();
}

}  // namespace
