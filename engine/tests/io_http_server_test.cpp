// The HTTP server, over real sockets: with our own client, and with clients that send exactly the bytes of a test.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <grainscope/io/io.h>

namespace {

using namespace std::chrono_literals;
namespace io = grainscope::io;

io::Task<io::Response> echo(io::ServerRequest request) {
    co_return io::Response{
        .status = 200, .headers = {{"X-Method", request.method}}, .body = request.target + " " + request.body};
}

template <class I>
std::string numbered(I number) {
    std::string target = "/";
    target += std::to_string(number);
    return target;
}

/// A server that runs as long as the object.
class Server {
  public:
    explicit Server(io::Handler handler, io::ServeOptions options = {})
        : listener_(*io::Listener::bind()),
          serving_(runtime_.spawn(io::serve(listener_, std::move(handler), options))) {}
    ~Server() {
        serving_.abort();
        EXPECT_THROW(std::move(serving_).get(), grainscope::Cancelled);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    [[nodiscard]] std::string url(const std::string& path = "/") const { return listener_.url() + path; }
    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

  private:
    io::Runtime runtime_;
    io::Listener listener_;
    io::JoinHandle<void> serving_;
};

class RawClient {
  public:
    explicit RawClient(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("nobody listens");
    }
    ~RawClient() { close(socket_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    void send(const std::string& bytes) const { ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
    void end_sending() const { shutdown(socket_, SHUT_WR); }
    /// Until `end` has come, or the server closes.
    std::string read_until(const std::string& end) {
        std::string got;
        while (got.find(end) == std::string::npos) {
            char byte = 0;
            if (recv(socket_, &byte, 1, 0) <= 0) break;
            got += byte;
        }
        return got;
    }
    std::string read_to_the_end() { return read_until(std::string(1, '\x01') + "never"); }

  private:
    int socket_;
};

io::Result<io::Response> send(io::Request request) {
    io::Runtime runtime;
    return runtime.block_on(io::request(std::move(request)));
}

TEST(IoHttpServer, AnswersWithTheHandlersResponse) {
    const Server server(echo);
    const auto answer = send({.url = server.url("/a?b=c"), .method = "POST", .body = "data"});
    ASSERT_TRUE(answer) << answer.error().what();
    EXPECT_EQ(answer->status, 200U);
    EXPECT_EQ(answer->header("x-method"), "POST");
    EXPECT_EQ(answer->body, "/a?b=c data");
}

TEST(IoHttpServer, KeepsAConnectionForFurtherRequests) {
    const Server server(echo);
    RawClient client(server.port());
    client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(client.read_until("/1 ").find("200 OK"), std::string::npos);
    EXPECT_NE(client.read_until("/2 ").find("200 OK"), std::string::npos);
    client.send("GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string last = client.read_to_the_end();
    EXPECT_NE(last.find("Connection: close"), std::string::npos) << last;
    EXPECT_NE(last.find("/3 "), std::string::npos) << last;
}

TEST(IoHttpServer, ServesManyConnectionsAtOnce) {
    io::Runtime clients;
    const Server server([](io::ServerRequest request) -> io::Task<io::Response> {
        co_await io::sleep_for(5ms);
        co_return io::Response{.status = 200, .headers = {}, .body = request.target};
    });
    std::vector<io::Task<io::Result<io::Response>>> fetches;
    for (int i = 0; i < 200; ++i) fetches.push_back(io::get(server.url(numbered(i))));
    const auto answers = clients.block_on(io::join_all(std::move(fetches)));
    for (std::size_t i = 0; i < answers.size(); ++i) {
        ASSERT_TRUE(answers[i]) << answers[i].error().what();
        EXPECT_EQ(answers[i]->body, numbered(i));
    }
}

TEST(IoHttpServer, AnswersAFailedHandlerWithItsText) {
    const Server server([](io::ServerRequest request) -> io::Task<io::Response> {
        if (request.target == "/throw") throw std::runtime_error("no such thing");
        co_return io::Response{.status = 7, .headers = {}, .body = ""};
    });
    const auto thrown = send({.url = server.url("/throw")});
    ASSERT_TRUE(thrown) << thrown.error().what();
    EXPECT_EQ(thrown->status, 500U);
    EXPECT_EQ(thrown->body, "no such thing\n");
    const auto unknown = send({.url = server.url("/")});
    ASSERT_TRUE(unknown) << unknown.error().what();
    EXPECT_EQ(unknown->status, 500U);
}

TEST(IoHttpServer, AHandlersHeaderCannotSmuggleAnotherOne) {
    const Server server([](io::ServerRequest) -> io::Task<io::Response> {
        co_return io::Response{.status = 200, .headers = {{"X", "1\r\nEvil: 2"}}, .body = ""};
    });
    const auto answer = send({.url = server.url()});
    ASSERT_TRUE(answer) << answer.error().what();
    EXPECT_EQ(answer->status, 500U);
    EXPECT_EQ(answer->header("evil"), std::nullopt);
}

TEST(IoHttpServer, SendsNoBodyWhereHttpHasNone) {
    const Server server([](io::ServerRequest request) -> io::Task<io::Response> {
        co_return io::Response{.status = request.target == "/204" ? 204U : 200U, .headers = {}, .body = "body"};
    });
    const auto empty = send({.url = server.url("/204")});
    ASSERT_TRUE(empty) << empty.error().what();
    EXPECT_EQ(empty->status, 204U);
    EXPECT_EQ(empty->body, "");
    RawClient client(server.port());
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string both = client.read_to_the_end();
    const std::size_t body = both.find("body");
    EXPECT_NE(both.find("Content-Length: 4"), std::string::npos) << both;
    EXPECT_NE(body, std::string::npos) << both;
    EXPECT_EQ(both.find("body", body + 1), std::string::npos) << both;
}

TEST(IoHttpServer, RefusesWhatIsNoHttp) {
    const Server server(echo);
    RawClient client(server.port());
    client.send("good morning\r\n\r\n");
    EXPECT_NE(client.read_to_the_end().find("400 Bad Request"), std::string::npos);
}

TEST(IoHttpServer, RefusesBodiesAndHeadersThatAreTooLong) {
    const Server server(echo, {.max_body_bytes = 10});
    const auto fits = send({.url = server.url(), .method = "PUT", .body = "0123456789"});
    ASSERT_TRUE(fits) << fits.error().what();
    EXPECT_EQ(fits->status, 200U);
    RawClient body(server.port());
    body.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890");
    EXPECT_NE(body.read_to_the_end().find("413 Payload Too Large"), std::string::npos);
    RawClient header(server.port());
    header.send("GET / HTTP/1.1\r\nX-Long: " + std::string(70'000, 'x') + "\r\n\r\n");
    EXPECT_NE(header.read_to_the_end().find("431 Request Header"), std::string::npos);
}

TEST(IoHttpServer, ObeysExpectContinue) {
    const Server server(echo);
    RawClient client(server.port());
    client.send("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("data");
    EXPECT_NE(client.read_until("/x data").find("200 OK"), std::string::npos);
}

TEST(IoHttpServer, TakesChunkedBodies) {
    const Server server(echo);
    RawClient client(server.port());
    client.send("PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_NE(client.read_until("/x abcde").find("200 OK"), std::string::npos);
}

TEST(IoHttpServer, ClosesAConnectionThatStaysSilent) {
    const Server server(echo, {.idle = 20ms});
    RawClient silent(server.port());
    EXPECT_EQ(silent.read_to_the_end(), "");
    RawClient half_way(server.port());
    half_way.send("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nda");
    EXPECT_EQ(half_way.read_to_the_end(), "");
}

TEST(IoHttpServer, GoesOnAfterAClientThatWentAway) {
    const Server server(echo);
    {
        RawClient client(server.port());
        client.send("PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome");
    }
    const auto answer = send({.url = server.url("/after")});
    ASSERT_TRUE(answer) << answer.error().what();
    EXPECT_EQ(answer->body, "/after ");
}

TEST(IoHttpServer, LetsFurtherClientsWaitWhenItHasEnough) {
    const Server server(echo, {.max_connections = 1});
    auto first = std::make_unique<RawClient>(server.port());
    first->send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(first->read_until("/1 ").find("200 OK"), std::string::npos);
    RawClient second(server.port());
    second.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    first.reset();
    EXPECT_NE(second.read_until("/2 ").find("200 OK"), std::string::npos);
}

TEST(IoHttpServer, EndsItsConnectionsBeforeItEnds) {
    bool is_handling = false, has_unwound = false;
    io::Runtime runtime;
    io::Listener listener = *io::Listener::bind();
    const auto never = [&](io::ServerRequest) -> io::Task<io::Response> {
        struct Unwound {
            bool& flag;
            ~Unwound() { flag = true; }
        } const unwound{has_unwound};
        is_handling = true;
        co_await io::sleep_for(1h);
        co_return io::Response{};
    };
    auto serving = runtime.spawn(io::serve(listener, never));
    RawClient client(listener.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto handling = [&]() -> io::Task<bool> { co_return is_handling; };
    while (!runtime.block_on(handling())) {
    }
    serving.abort();
    EXPECT_THROW(std::move(serving).get(), grainscope::Cancelled);
    EXPECT_TRUE(has_unwound);
    EXPECT_EQ(client.read_to_the_end(), "");
}

TEST(IoHttpServer, ListensOnTheAddressThatIsNamed) {
    const auto six = io::Listener::bind("::1");
    if (six) {
        EXPECT_EQ(six->url(), "http://[::1]:" + std::to_string(six->port()));
    }
    const auto word = io::Listener::bind("localhost");
    ASSERT_FALSE(word);
    EXPECT_EQ(word.error().message,
              "\"localhost\" is no address to listen on: it takes a number such as 127.0.0.1 or ::1");
    const auto first = io::Listener::bind();
    ASSERT_TRUE(first);
    const auto taken = io::Listener::bind("127.0.0.1", first->port());
    ASSERT_FALSE(taken);
    EXPECT_NE(taken.error().message.find("port " + std::to_string(first->port())), std::string::npos);
}

io::Task<> count_after(int& count, std::chrono::nanoseconds span) {
    co_await io::sleep_for(span);
    ++count;
}

TEST(IoTaskGroup, WaitsForEveryTaskItStarted) {
    io::Runtime runtime;
    int count = 0;
    const auto body = [&](io::TaskGroup& group) -> io::Task<> {
        for (int i = 0; i < 100; ++i) group.start(count_after(count, std::chrono::microseconds(i)));
        EXPECT_EQ(group.size(), 100U);
        co_return;
    };
    runtime.block_on(io::with_group(body));
    EXPECT_EQ(count, 100);
}

TEST(IoTaskGroup, LetsNoMoreRunThanAskedFor) {
    io::Runtime runtime;
    int running = 0, most = 0;
    const auto one = [&]() -> io::Task<> {
        most = std::max(most, ++running);
        co_await io::sleep_for(100us);
        --running;
    };
    const auto body = [&](io::TaskGroup& group) -> io::Task<> {
        for (int i = 0; i < 50; ++i) {
            co_await group.fewer_than(4);
            group.start(one());
        }
    };
    runtime.block_on(io::with_group(body));
    EXPECT_EQ(running, 0);
    EXPECT_EQ(most, 4);
}

TEST(IoTaskGroup, CancelsTheOthersWhenOneFails) {
    io::Runtime runtime;
    int count = 0;
    const auto fail = []() -> io::Task<> {
        co_await io::yield_now();
        throw std::runtime_error("one of them");
    };
    const auto body = [&](io::TaskGroup& group) -> io::Task<> {
        group.start(count_after(count, 1h));
        group.start(fail());
        co_await io::sleep_for(1h);
    };
    EXPECT_THROW(runtime.block_on(io::with_group(body)), std::runtime_error);
    EXPECT_EQ(count, 0);
}

TEST(IoTaskGroup, CancelsItsTasksWhenTheBodyFailsOrIsCancelled) {
    io::Runtime runtime;
    int count = 0;
    const auto failing = [&](io::TaskGroup& group) -> io::Task<> {
        group.start(count_after(count, 1h));
        throw std::runtime_error("the body");
        co_return;
    };
    EXPECT_THROW(runtime.block_on(io::with_group(failing)), std::runtime_error);
    const auto waiting = [&](io::TaskGroup& group) -> io::Task<> {
        group.start(count_after(count, 1h));
        co_await io::sleep_for(1h);
    };
    const auto late = runtime.block_on(io::with_timeout(1ms, io::with_group(waiting)));
    EXPECT_FALSE(late);
    EXPECT_EQ(count, 0);
}

}  // namespace
