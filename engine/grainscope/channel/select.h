// Select: the same as select, built at run time.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <utility>
#include <vector>

#include <grainscope/channel/select_arms.h>

namespace grainscope {

namespace detail::channel {

/// Keeps a channel's memory, not its connection.
class CoreHold {
  public:
    explicit CoreHold(Core& core) noexcept : core_(&core) { core.add_owner(); }
    CoreHold(const CoreHold& other) noexcept : core_(other.core_) {
        if (core_ != nullptr) core_->add_owner();
    }
    CoreHold(CoreHold&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    CoreHold& operator=(CoreHold other) noexcept {
        std::swap(core_, other.core_);
        return *this;
    }
    ~CoreHold() {
        if (core_ != nullptr) core_->drop_owner();
    }
    [[nodiscard]] Core* get() const noexcept { return core_; }
    void release() noexcept { CoreHold(std::move(*this)); }

  private:
    Core* core_;
};

}  // namespace detail::channel

/// An operation that a Select has chosen and that must now be completed, by recv or send on the channel it was chosen
/// for. Move-only. Destroying it uncompleted ends the program with a message, as the other side may be waiting.
class [[nodiscard]] SelectedOperation {
  public:
    SelectedOperation(SelectedOperation&&) noexcept = default;
    SelectedOperation& operator=(SelectedOperation&&) = delete;
    ~SelectedOperation() {
        if (channel_.get() != nullptr) end_program();
    }

    /// What Select::recv or Select::send returned for it.
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

    /// Completes a receive. Throws std::logic_error, and stays to be completed, if this is not the receiver's
    /// operation.
    template <class T>
    [[nodiscard]] std::expected<T, RecvError> recv(const Receiver<T>& receiver) {
        auto& channel = detail::channel::HandleAccess::channel(receiver);
        check(channel, detail::channel::Side::receive);
        const detail::channel::CoreHold held = std::move(channel_);
        return detail::channel::complete_receive<T>(channel, token_);
    }
    /// Completes a send. Throws std::logic_error, and stays to be completed, if this is not the sender's operation; the
    /// message is lost then. If moving the message throws, nothing is sent and the operation is completed.
    template <class T>
    [[nodiscard]] std::expected<void, SendError<T>> send(const Sender<T>& sender, std::type_identity_t<T> message) {
        auto& channel = detail::channel::HandleAccess::channel(sender);
        check(channel, detail::channel::Side::send);
        const detail::channel::CoreHold held = std::move(channel_);
        return detail::channel::complete_send<T>(channel, token_, [&]() -> T { return std::move(message); });
    }

  private:
    friend class Select;
    SelectedOperation(detail::channel::CoreHold channel, detail::channel::Side side, std::size_t index,
                      detail::channel::Token token) noexcept
        : channel_(std::move(channel)), side_(side), index_(index), token_(token) {}

    void check(const detail::channel::Core& core, detail::channel::Side side) const;
    [[noreturn]] static void end_program() noexcept;

    detail::channel::CoreHold channel_;  ///< null: completed
    detail::channel::Side side_;
    std::size_t index_;
    detail::channel::Token token_;
};

/// Operations on channels, gathered at run time, of which the first that is ready is to be done. Each has an index,
/// counted from 0 in the order in which they were added. It keeps its channels' memory, not their connection. For one
/// thread at a time; may be used again and again. A handle that was moved from or reset: std::logic_error. Allocates
/// for each operation added, and, while it blocks, for each operation of a channel of capacity 0.
///
///     auto [tx1, rx1] = grainscope::unbounded<int>();
///     auto [tx2, rx2] = grainscope::unbounded<int>();
///     tx2.send(20).value();
///     grainscope::Select select;
///     std::size_t first = select.recv(rx1);
///     std::size_t second = select.recv(rx2);
///     grainscope::SelectedOperation chosen = select.select();
///     if (chosen.index() != second || first != 0) std::abort();
///     if (chosen.recv(rx2) != 20) std::abort();
class Select {
  public:
    Select() = default;
    /// Of several that are ready it takes the one that was added first.
    [[nodiscard]] static Select biased() {
        Select select;
        select.biased_ = true;
        return select;
    }

    /// Adds a receive. Returns its index.
    template <class T>
    std::size_t recv(const Receiver<T>& receiver) {
        return add(detail::channel::HandleAccess::channel(receiver), detail::channel::Side::receive);
    }
    /// Adds a send. Returns its index.
    template <class T>
    std::size_t send(const Sender<T>& sender) {
        return add(detail::channel::HandleAccess::channel(sender), detail::channel::Side::send);
    }
    /// Takes an operation out again. O(operations). Throws std::invalid_argument if there is none with this index.
    void remove(std::size_t index);

    /// Waits until an operation is ready and claims it. Throws std::logic_error if there are none.
    SelectedOperation select();
    [[nodiscard]] std::expected<SelectedOperation, TrySelectError> try_select();
    template <class Rep, class Period>
    [[nodiscard]] std::expected<SelectedOperation, SelectTimeoutError> select_timeout(
        std::chrono::duration<Rep, Period> timeout) {
        return select_deadline(detail::channel::instant_after(timeout));
    }
    [[nodiscard]] std::expected<SelectedOperation, SelectTimeoutError> select_deadline(Instant deadline);

    /// Waits until an operation is ready, and returns its index without claiming it: another thread may be faster.
    /// Throws std::logic_error if there are none.
    [[nodiscard]] std::size_t ready();
    [[nodiscard]] std::expected<std::size_t, TryReadyError> try_ready();
    template <class Rep, class Period>
    [[nodiscard]] std::expected<std::size_t, ReadyTimeoutError> ready_timeout(
        std::chrono::duration<Rep, Period> timeout) {
        return ready_deadline(detail::channel::instant_after(timeout));
    }
    [[nodiscard]] std::expected<std::size_t, ReadyTimeoutError> ready_deadline(Instant deadline);

  private:
    std::size_t add(detail::channel::Core& core, detail::channel::Side side);
    void check_not_empty() const;
    std::optional<SelectedOperation> claim(Instant deadline);
    std::optional<std::size_t> look(Instant deadline);
    [[nodiscard]] detail::channel::SelectSet set();

    std::vector<detail::channel::SelectOperation> operations_;
    std::vector<detail::channel::CoreHold> channels_;  ///< of the operations, in the same order
    std::vector<std::size_t> indices_;                 ///< likewise
    std::vector<std::uint32_t> order_;
    std::vector<detail::channel::EntryRoom> entries_;
    std::size_t next_index_ = 0;
    bool biased_ = false;
};

}  // namespace grainscope
