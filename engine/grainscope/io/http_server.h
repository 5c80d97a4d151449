// HTTP the other way: answering requests, from within a task.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <grainscope/io/error.h>
#include <grainscope/io/http.h>
#include <grainscope/io/task.h>

namespace grainscope::io {

/// A socket that takes connections. Move-only. Usable from any thread, by one serve at a time.
class Listener {
  public:
    /// Port 0: one that is free. The address is a number, IPv4 or IPv6; the default is this machine alone.
    [[nodiscard]] static Result<Listener> bind(const std::string& address = "127.0.0.1", std::uint16_t port = 0);
    Listener(Listener&&) noexcept;
    Listener& operator=(Listener&&) noexcept;
    ~Listener();

    /// Nobody is accepted any more once the serve that goes on has ended: whom it leaves in the queue is told at once.
    /// Any thread, while no other uses the listener; what has been closed serves nobody.
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;
    /// 0 once it is closed.
    [[nodiscard]] std::uint16_t port() const noexcept;
    /// "http://127.0.0.1:8080"
    [[nodiscard]] std::string url() const;

  private:
    friend class Serving;
    struct Socket;
    explicit Listener(std::unique_ptr<Socket> socket) noexcept;
    std::unique_ptr<Socket> socket_;
};

/// What a client asks for.
struct ServerRequest {
    std::string method;
    std::string target;  ///< path and query, as they came
    Headers headers;     ///< in their order; names as they came
    std::string body;

    /// The first header of that name, whatever its case; none if there is none.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
};

struct ServeOptions {
    std::size_t max_body_bytes = std::size_t{64} << 20;  ///< of a request; a longer one is answered 413
    /// At once; further clients wait to be accepted. 0: most_connections().
    std::size_t max_connections = 0;
    /// A connection on which nothing comes for so long, within a request or between two, is closed.
    std::chrono::nanoseconds idle = std::chrono::seconds(60);
};

/// Gives the answer to one request. Its exception is answered 500 with its text, and the connection stays.
using Handler = std::function<Task<Response>(ServerRequest)>;

/// Answers requests until it is cancelled (the task ends by Cancelled then), each connection a task of its own, all on
/// the IO thread of the calling task. Connections stay open for further requests as HTTP/1.1 has it; a request that is
/// not HTTP is answered 400 and its connection closed. Headers that tell the length or what becomes of the connection
/// are the server's own: a handler's are left out. "Expect: 100-continue" is obeyed. Throws std::runtime_error if the
/// listener cannot be waited for. By Boost.Beast.
///
///     namespace io = grainscope::io;
///     io::Runtime runtime;
///     io::Listener listener = *io::Listener::bind();
///     const auto hello = [](io::ServerRequest request) -> io::Task<io::Response> {
///         co_return io::Response{.status = 200, .headers = {}, .body = "Hello, " + request.target};
///     };
///     const auto server = runtime.spawn(io::serve(listener, hello));
///     const auto answer = runtime.block_on(io::get(listener.url() + "/you"));
///     server.abort();
///     if (!answer || answer->body != "Hello, /you") std::abort();
[[nodiscard]] Task<void> serve(Listener& listener, Handler handler, ServeOptions options = {});

}  // namespace grainscope::io
