// HTTP for a thread that waits: what io::request is to a task.
#pragma once

#include <memory>

#include <grainscope/io/error.h>
#include <grainscope/io/http.h>

namespace grainscope::io {

/// Sends requests one after the other and blocks until each is answered, with the results, errors and rules of
/// io::request, save that the time limit does not reach into the system's name service, which nobody can interrupt (a
/// number is no name). Keeps its connection to the last host for the next request; a kept one that turns out to be
/// closed before a byte of an answer came is replaced once, for methods that may be repeated. One descriptor, and no
/// thread, loop or epoll behind it: ten thousand clients are ten thousand descriptors. How many the process may have
/// open is raised as far as it goes. On a worker of a pool the waiting, not the parsing, is shown as "blocked on IO";
/// the worker does nothing else meanwhile. For one thread at a time.
class BlockingClient {
  public:
    BlockingClient();
    BlockingClient(BlockingClient&& other) noexcept;
    BlockingClient& operator=(BlockingClient&& other) noexcept;
    ~BlockingClient();

    [[nodiscard]] Result<Response> send(const Request& request);

  private:
    struct Kept;
    std::unique_ptr<Kept> kept_;
};

}  // namespace grainscope::io
