#include "epoll_fetch.h"

#include <grainscope/platform/descriptor.h>
#include <grainscope/platform/open_files.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace grainscope::bench {

namespace {

using platform::Descriptor;

constexpr std::size_t most_header_bytes = 8192;
constexpr std::size_t scratch_bytes = std::size_t{256} << 10;
constexpr int patience_ms = 10'000;
constexpr std::size_t unknown = std::numeric_limits<std::size_t>::max();

[[noreturn]] void refuse(const char* what) {
    throw std::runtime_error(std::string(what) + ": " + std::generic_category().message(errno));
}

struct Header {
    std::size_t bytes = 0;  ///< up to and with the empty line; 0: it is not whole yet
    std::size_t content_length = unknown;
    bool is_200 = false;
};

Header header_of(std::string_view text) {
    Header header;
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return header;
    header.bytes = end + 4;
    header.is_200 = text.substr(0, end).find(' ') == 8 && text.substr(9, 3) == "200";
    constexpr std::string_view name = "content-length:";
    for (auto line = text.find('\n'); line < end; line = text.find('\n', line + 1)) {
        const char* field = text.data() + line + 1;
        if (text.size() - line <= name.size() || ::strncasecmp(field, name.data(), name.size()) != 0) continue;
        for (field += name.size(); *field == ' ';) ++field;
        std::from_chars(field, text.data() + end, header.content_length);
        break;
    }
    return header;
}

/// One of the requests in flight.
struct Slot {
    Descriptor socket;
    std::size_t item = 0;
    std::size_t held = 0;       ///< bytes of a header that has not come whole
    std::size_t body_left = 0;  ///< once the header has come
    bool has_header = false;
    bool is_200 = false;
    bool is_reused = false;
    bool is_waiting = false;  ///< for its connection
};

class Fetch {
  public:
    explicit Fetch(const FetchPlan& plan)
        : plan_(plan),
          slots_(std::min(plan.concurrency, plan.items)),
          headers_(std::make_unique_for_overwrite<char[]>(slots_.size() * most_header_bytes)),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        if (!epoll_.is_open()) refuse("epoll_create1");
        address_.sin_family = AF_INET;
        address_.sin_port = htons(plan.port);
        if (::inet_pton(AF_INET, plan.host.c_str(), &address_.sin_addr) != 1)
            throw std::runtime_error(plan.host + " is no IPv4 address");
        tail_ = " HTTP/1.1\r\nHost: " + plan.host + ":" + std::to_string(plan.port) +
                (plan.keep_alive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
        if (tail_.size() > request_.size() / 2) throw std::runtime_error("the host's name is too long");
    }

    Fetched run() {
        const auto begin = std::chrono::steady_clock::now();
        for (Slot& slot : slots_) next(slot);
        while (done_ < plan_.items) {
            const int count = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), patience_ms);
            if (count == 0) throw std::runtime_error("nothing has happened for ten seconds");
            if (count < 0 && errno != EINTR) refuse("epoll_wait");
            for (int i = 0; i < count; ++i)
                serve(slots_[events_[static_cast<std::size_t>(i)].data.u32],
                      events_[static_cast<std::size_t>(i)].events);
        }
        result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return result_;
    }

  private:
    /// The next item, if there is one.
    void next(Slot& slot) {
        while (next_ < plan_.items) {
            slot.item = next_++;
            if (begin(slot)) return;
        }
        slot.socket.close();
    }
    /// False if the item has failed already.
    bool begin(Slot& slot) {
        slot.held = 0;
        slot.has_header = false;
        slot.is_reused = slot.socket.is_open();
        const bool begun = slot.is_reused ? send(slot) || open_again(slot) : open(slot);
        if (!begun) fail(slot);
        return begun;
    }
    bool open_again(Slot& slot) {
        slot.is_reused = false;
        slot.held = 0;
        return open(slot);
    }

    bool open(Slot& slot) {
        slot.socket.close();  // before the next is made: never more than the plan says
        slot.socket = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
        if (!slot.socket.is_open()) refuse("socket");
        const int at_once = 1;
        (void)::setsockopt(slot.socket.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        slot.is_waiting =
            ::connect(slot.socket.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_) != 0;
        if (slot.is_waiting && errno != EINPROGRESS) return false;
        // Edges: nothing is registered twice, whatever a connection waits for.
        epoll_event wanted{};
        wanted.events = EPOLLIN | EPOLLRDHUP | EPOLLET | (slot.is_waiting ? EPOLLOUT : 0U);
        wanted.data.u32 = static_cast<std::uint32_t>(&slot - slots_.data());
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, slot.socket.get(), &wanted) != 0) refuse("epoll_ctl");
        return slot.is_waiting || send(slot);
    }

    /// A request is shorter than any socket's buffer, which is empty: it goes at once or not at all.
    bool send(Slot& slot) {
        constexpr std::string_view head = "GET /items/";
        char* end = std::ranges::copy(head, request_.data()).out;
        end = std::to_chars(end, request_.data() + request_.size(), slot.item).ptr;
        end = std::ranges::copy(tail_, end).out;
        const auto size = end - request_.data();
        return ::send(slot.socket.get(), request_.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
    }

    void serve(Slot& slot, std::uint32_t events) {
        if (!slot.socket.is_open()) return;
        if (slot.is_waiting) {
            if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) return;
            slot.is_waiting = false;
            if ((events & (EPOLLERR | EPOLLHUP)) != 0 || !send(slot)) return lose(slot);
            if ((events & EPOLLIN) == 0) return;
        }
        // An edge comes once: where the other side has closed, everything up to its end is taken now.
        receive(slot, (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
    }

    void receive(Slot& slot, bool to_the_end) {
        for (;;) {
            const ssize_t n = ::recv(slot.socket.get(), scratch_.get(), scratch_bytes, 0);
            if (n < 0 && errno == EAGAIN) return;
            if (n <= 0) return lose(slot);
            const auto taken = static_cast<std::size_t>(n);
            if (!take(slot, {scratch_.get(), taken})) return lose(slot);
            if (slot.has_header && slot.body_left == 0) return finish(slot);
            if (taken < scratch_bytes && !to_the_end) return;  // there was no more
        }
    }
    /// False if this is no answer that it knows.
    bool take(Slot& slot, std::string_view bytes) {
        if (!slot.has_header) return take_header(slot, bytes);
        if (bytes.size() > slot.body_left) return false;
        slot.body_left -= bytes.size();
        return true;
    }
    bool take_header(Slot& slot, std::string_view bytes) {
        if (slot.held == 0) {  // as good as always it comes whole
            const Header header = header_of(bytes);
            if (header.bytes != 0) return begin_body(slot, header, bytes.size() - header.bytes);
        }
        char* const held = headers_.get() + static_cast<std::size_t>(&slot - slots_.data()) * most_header_bytes;
        const std::size_t more = std::min(bytes.size(), most_header_bytes - slot.held);
        std::memcpy(held + slot.held, bytes.data(), more);
        const Header header = header_of({held, slot.held + more});
        if (header.bytes != 0) return begin_body(slot, header, slot.held + bytes.size() - header.bytes);
        slot.held += more;
        return slot.held < most_header_bytes;
    }
    bool begin_body(Slot& slot, const Header& header, std::size_t body_bytes) {
        if (header.content_length == unknown || body_bytes > header.content_length) return false;
        slot.has_header = true;
        slot.is_200 = header.is_200;
        slot.body_left = header.content_length - body_bytes;
        result_.body_bytes += header.content_length;
        return true;
    }

    void finish(Slot& slot) {
        ++done_;
        ++(slot.is_200 ? result_.answered : result_.other);
        if (!plan_.keep_alive) slot.socket.close();
        next(slot);
    }
    /// The connection is gone before its answer was whole.
    void lose(Slot& slot) {
        if (slot.is_reused && slot.held == 0 && !slot.has_header && open_again(slot)) return;
        fail(slot);
        next(slot);
    }
    void fail(Slot& slot) {
        ++done_;
        ++result_.failed;
        slot.socket.close();
    }

    const FetchPlan& plan_;
    sockaddr_in address_{};
    std::string tail_;  ///< of every request, after its number
    std::array<char, 512> request_{};
    std::vector<Slot> slots_;
    std::unique_ptr<char[]> headers_;  ///< a place for each slot; pages that nobody writes cost nothing
    std::unique_ptr<char[]> scratch_ = std::make_unique_for_overwrite<char[]>(scratch_bytes);
    std::array<epoll_event, 512> events_{};
    Descriptor epoll_;
    std::size_t next_ = 0;
    std::size_t done_ = 0;
    Fetched result_;
};

}  // namespace

Fetched epoll_fetch(const FetchPlan& plan) {
    platform::raise_open_files();
    return Fetch(plan).run();
}

}  // namespace grainscope::bench
