#include <grainscope/platform/byte_sink.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <ctime>
#include <system_error>
#include <utility>

namespace grainscope::platform {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

/// A write to a pipe without a reader raises SIGPIPE in the writing thread. A library may not change the process's
/// disposition, so the signal is blocked here and taken out again if this write was what raised it.
class WithoutSigpipe {
  public:
    WithoutSigpipe() noexcept {
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        sigset_t pending;
        sigemptyset(&pending);
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        if (!was_pending_) pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    WithoutSigpipe(const WithoutSigpipe&) = delete;
    WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
    ~WithoutSigpipe() {
        if (was_pending_) return;
        const timespec now{};
        while (sigtimedwait(&sigpipe_, nullptr, &now) == -1 && errno == EINTR) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

  private:
    sigset_t sigpipe_;
    sigset_t before_;
    bool was_pending_ = false;
};

}  // namespace

ByteSink::ByteSink(int descriptor, bool owned, std::string name)
    : fd_(descriptor), owned_(owned), name_(std::move(name)) {
    struct stat status {};
    if (fstat(fd_, &status) != 0) return;
    if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) kind_ = Kind::pipe;
    if (S_ISSOCK(status.st_mode)) kind_ = Kind::socket;
}

ByteSink::ByteSink(ByteSink&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      owned_(other.owned_),
      kind_(other.kind_),
      name_(std::move(other.name_)),
      error_(std::move(other.error_)) {}

ByteSink& ByteSink::operator=(ByteSink&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(owned_, other.owned_);
    std::swap(kind_, other.kind_);
    std::swap(name_, other.name_);
    std::swap(error_, other.error_);
    return *this;
}

ByteSink::~ByteSink() {
    if (owned_ && fd_ >= 0) ::close(fd_);
}

std::expected<ByteSink, std::string> ByteSink::create_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return std::unexpected("cannot write '" + path + "': " + reason(errno));
    return ByteSink(fd, true, path);
}

ByteSink ByteSink::standard_output() { return ByteSink(STDOUT_FILENO, false, "standard output"); }

ByteSink ByteSink::adopt(int descriptor, std::string name) { return ByteSink(descriptor, true, std::move(name)); }

std::expected<ByteSink, std::string> ByteSink::connect_unix(const std::string& path) {
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof(address.sun_path)) {
        return std::unexpected("the socket path '" + path + "' must have 1 to " +
                               std::to_string(sizeof(address.sun_path) - 1) + " bytes");
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return std::unexpected("cannot make a socket: " + reason(errno));
    ByteSink sink(fd, true, path);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        return std::unexpected("cannot connect to the socket '" + path + "': " + reason(errno) +
                               " (a reader must be listening there)");
    }
    return sink;
}

bool ByteSink::wait_until_writable(const Atomic<bool>& impatient, int& patience_left_ms) const {
    constexpr int look_every_ms = 50;
    for (;;) {
        pollfd wanted{.fd = fd_, .events = POLLOUT, .revents = 0};
        const int ready = ::poll(&wanted, 1, look_every_ms);
        if (ready > 0) return true;  // room, or an error that the write will name
        if (ready < 0 && errno != EINTR) return true;
        if (impatient.load(relaxed)) {  // a wish: seeing it one look later changes nothing
            patience_left_ms -= look_every_ms;
            if (patience_left_ms <= 0) return false;
        }
    }
}

ByteSink::Outcome ByteSink::write(std::span<const std::byte> bytes, const Atomic<bool>& impatient) {
    const WithoutSigpipe guard;
    int patience_left_ms = patience_ms;
    while (!bytes.empty()) {
        ssize_t taken = 0;
        if (kind_ == Kind::file) {
            taken = ::write(fd_, bytes.data(), bytes.size());
        } else {
            if (!wait_until_writable(impatient, patience_left_ms)) return Outcome::abandoned;
            // A pipe that polls writable has room for PIPE_BUF bytes, so this write does not block even on a descriptor
            // that is shared with a shell and must stay in blocking mode.
            taken = kind_ == Kind::socket ? ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT)
                                          : ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
        }
        if (taken > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(taken));
            continue;
        }
        if (taken < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (taken < 0 && (errno == EPIPE || errno == ECONNRESET)) return Outcome::reader_gone;
        error_ = "cannot write '" + name_ + "': " + reason(taken < 0 ? errno : ENOSPC);
        return Outcome::failed;
    }
    return Outcome::written;
}

}  // namespace grainscope::platform
