// A server of bare sockets on loopback that answers with exactly the bytes a test gives it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace grainscope::tests {

/// One accepted connection.
class RawPeer {
  public:
    explicit RawPeer(int socket) : socket_(socket) {}
    /// Reads up to the end of one request's headers (and a body of `body_bytes`). Empty: the client has closed.
    std::string read_request(std::size_t body_bytes = 0) {
        for (;;) {
            if (const std::size_t end = pending_.find("\r\n\r\n"); end != std::string::npos) {
                if (pending_.size() >= end + 4 + body_bytes) {
                    const std::string request = pending_.substr(0, end + 4 + body_bytes);
                    pending_.erase(0, request.size());
                    return request;
                }
            }
            char bytes[4096];
            const ssize_t n = ::recv(socket_, bytes, sizeof bytes, 0);
            if (n <= 0) return "";
            pending_.append(bytes, static_cast<std::size_t>(n));
        }
    }
    void write(const std::string& bytes) {
        for (std::size_t sent = 0; sent < bytes.size();) {
            const ssize_t n = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (n <= 0) return;
            sent += static_cast<std::size_t>(n);
        }
    }
    /// Answers 200 with this body.
    void answer(const std::string& body) {
        write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    /// Closes so that the client is told by a reset rather than an end.
    void reset() {
        const linger at_once{1, 0};
        setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    /// Waits until the client closes.
    void wait_for_end() {
        char bytes[64];
        while (::recv(socket_, bytes, sizeof bytes, 0) > 0) {
        }
    }
    [[nodiscard]] int descriptor() const { return socket_; }

  private:
    int socket_;
    std::string pending_;
};

/// Serves every request of a connection with the same bytes.
inline auto always(std::string bytes) {
    return [bytes = std::move(bytes)](RawPeer& peer) {
        while (!peer.read_request().empty()) peer.write(bytes);
    };
}
/// Serves one request with these bytes and closes.
inline auto once(std::string bytes) {
    return [bytes = std::move(bytes)](RawPeer& peer) {
        if (!peer.read_request().empty()) peer.write(bytes);
    };
}

class RawServer {
  public:
    /// `script` serves each connection on a thread of its own; the connection is closed when it returns.
    explicit RawServer(std::function<void(RawPeer&)> script) : script_(std::move(script)) {
        listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        if (bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || listen(listener_, 1024) != 0 ||
            getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
            throw std::runtime_error("no socket on loopback");
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~RawServer() {
        shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        {
            const std::lock_guard lock(mutex_);
            for (const int socket : open_) shutdown(socket, SHUT_RDWR);
        }
        for (std::thread& thread : threads_) thread.join();
        close(listener_);
    }
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    [[nodiscard]] std::string url(const std::string& path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    [[nodiscard]] int connections() const { return connections_; }

  private:
    void accept_all() {
        for (;;) {
            const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) return;
            ++connections_;
            const std::lock_guard lock(mutex_);
            open_.push_back(socket);
            threads_.emplace_back([this, socket] {
                RawPeer peer(socket);
                script_(peer);
                const std::lock_guard ended(mutex_);
                std::erase(open_, socket);
                close(socket);
            });
        }
    }

    std::function<void(RawPeer&)> script_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<int> connections_ = 0;
    std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace grainscope::tests
