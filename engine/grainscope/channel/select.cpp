#include <grainscope/channel/select.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <numeric>
#include <stdexcept>
#include <string>

namespace grainscope {

void SelectedOperation::check(const detail::channel::Core& core, detail::channel::Side side) const {
    if (channel_.get() == nullptr)
        throw std::logic_error("this selected operation was completed or moved from already");
    if (side != side_)
        throw std::logic_error(side == detail::channel::Side::send ? "a selected receive cannot be completed by send"
                                                                   : "a selected send cannot be completed by recv");
    if (channel_.get() != &core)
        throw std::logic_error(side == detail::channel::Side::send ? "passed a sender that was not selected"
                                                                   : "passed a receiver that was not selected");
}

void SelectedOperation::end_program() noexcept {
    std::fputs("grainscope: a selected channel operation was destroyed without being completed by recv or send\n",
               stderr);
    std::terminate();
}

std::size_t Select::add(detail::channel::Core& core, detail::channel::Side side) {
    // Room first, so that what follows does not throw half way.
    channels_.reserve(channels_.size() + 1);
    indices_.reserve(indices_.size() + 1);
    order_.reserve(order_.size() + 1);
    entries_.resize(operations_.size() + 1);
    operations_.push_back({.core = &core, .side = side});
    channels_.emplace_back(core);
    indices_.push_back(next_index_);
    order_.push_back(static_cast<std::uint32_t>(order_.size()));
    return next_index_++;
}

void Select::remove(std::size_t index) {
    const auto found = std::ranges::find(indices_, index);
    if (found == indices_.end())
        throw std::invalid_argument("Select::remove(" + std::to_string(index) + "): no operation has this index");
    const auto at = found - indices_.begin();
    operations_.erase(operations_.begin() + at);
    channels_.erase(channels_.begin() + at);
    indices_.erase(found);
    entries_.pop_back();
    order_.pop_back();
    std::iota(order_.begin(), order_.end(), 0U);
}

detail::channel::SelectSet Select::set() {
    return {.operations = operations_, .order = order_, .entries = entries_, .biased = biased_};
}

void Select::check_not_empty() const {
    if (operations_.empty())
        throw std::logic_error("no operations have been added to this Select: it would wait for ever");
}

std::optional<SelectedOperation> Select::claim(Instant deadline) {
    detail::channel::Token token;
    const auto chosen = detail::channel::run_select(set(), deadline, token);
    if (!chosen) return std::nullopt;
    return SelectedOperation(channels_[*chosen], operations_[*chosen].side, indices_[*chosen], token);
}

std::optional<std::size_t> Select::look(Instant deadline) {
    const auto found = detail::channel::run_ready(set(), deadline);
    if (!found) return std::nullopt;
    return indices_[*found];
}

SelectedOperation Select::select() {
    check_not_empty();
    return *claim(detail::channel::no_deadline);
}

std::expected<SelectedOperation, TrySelectError> Select::try_select() {
    if (auto chosen = claim(detail::channel::deadline_passed)) return *std::move(chosen);
    return std::unexpected(TrySelectError());
}

std::expected<SelectedOperation, SelectTimeoutError> Select::select_deadline(Instant deadline) {
    if (auto chosen = claim(deadline)) return *std::move(chosen);
    return std::unexpected(SelectTimeoutError());
}

std::size_t Select::ready() {
    check_not_empty();
    return *look(detail::channel::no_deadline);
}

std::expected<std::size_t, TryReadyError> Select::try_ready() {
    if (const auto found = look(detail::channel::deadline_passed)) return *found;
    return std::unexpected(TryReadyError());
}

std::expected<std::size_t, ReadyTimeoutError> Select::ready_deadline(Instant deadline) {
    if (const auto found = look(deadline)) return *found;
    return std::unexpected(ReadyTimeoutError());
}

}  // namespace grainscope
