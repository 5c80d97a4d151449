#include <grainscope/platform/tcp_socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace grainscope::platform {

std::expected<TcpSocket, int> TcpSocket::connecting(ConstBytes address) noexcept {
    sockaddr_storage to{};
    if (address.size() > sizeof to) return std::unexpected(EINVAL);
    std::memcpy(&to, address.data(), address.size());
    TcpSocket socket(Descriptor(::socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP)));
    if (!socket.is_open()) return std::unexpected(errno);
    const int fd = socket.descriptor_.get();
    const int at_once = 1;
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(address.size())) != 0 &&
        errno != EINPROGRESS && errno != EINTR)
        return std::unexpected(errno);
    return socket;
}

int TcpSocket::connect_error() const noexcept {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(descriptor_.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

std::expected<std::size_t, int> TcpSocket::receive(Bytes into) noexcept {
    for (;;) {
        const ssize_t n = ::recv(descriptor_.get(), into.data(), into.size(), 0);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) return std::unexpected(errno);
    }
}

std::expected<std::size_t, int> TcpSocket::send(std::span<const ConstBytes> pieces) noexcept {
    iovec parts[most_pieces];
    const std::size_t count = std::min(pieces.size(), most_pieces);
    for (std::size_t i = 0; i < count; ++i)
        parts[i] = {.iov_base = const_cast<std::byte*>(pieces[i].data()), .iov_len = pieces[i].size()};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = count;
    for (;;) {
        const ssize_t n = ::sendmsg(descriptor_.get(), &message, MSG_NOSIGNAL);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) return std::unexpected(errno);
    }
}

bool TcpSocket::wait(Direction direction, std::chrono::steady_clock::time_point deadline) const noexcept {
    using namespace std::chrono;
    const short events = direction == Direction::readable ? POLLIN : POLLOUT;
    for (;;) {
        timespec left{};
        const bool forever = deadline == steady_clock::time_point::max();
        if (!forever) {
            const auto ns = std::max(nanoseconds(0), duration_cast<nanoseconds>(deadline - steady_clock::now()));
            left = {.tv_sec = ns / seconds(1), .tv_nsec = (ns % seconds(1)).count()};
        }
        pollfd wanted{.fd = descriptor_.get(), .events = events, .revents = 0};
        const int ready = ::ppoll(&wanted, 1, forever ? nullptr : &left, nullptr);
        if (ready > 0) return true;
        if (ready == 0) return false;
        if (errno != EINTR) return true;  // the next operation will name it
    }
}

}  // namespace grainscope::platform
