#include "model/memory.h"

#include <algorithm>

namespace grainscope::model {
namespace {

bool acquires(std::memory_order order) {
    return order == std::memory_order_acquire || order == std::memory_order_consume ||
           order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}
bool releases(std::memory_order order) {
    return order == std::memory_order_release || order == std::memory_order_acq_rel ||
           order == std::memory_order_seq_cst;
}

}  // namespace

void Memory::begin(std::uint32_t execution) noexcept {
    execution_ = execution;
    used_ = 0;
    seq_cst_ = View();
}

void Memory::end() noexcept {
    for (std::size_t i = 0; i < used_; ++i) {
        Location& location = locations_[i];
        if (!location.outlives) continue;
        Cell& cell = const_cast<Cell&>(*location.cell);  // its Atomic is no constant: it was stored to
        cell.bits = location.history.front().bits;
        cell.execution = Cell::none;
    }
}

Memory::Location& Memory::locate(const Cell& constant) {
    Cell& cell = const_cast<Cell&>(constant);  // a location is given at the first use, be that a load
    if (cell.execution == execution_ && cell.location != Cell::none) return locations_[cell.location - 1];
    const bool outlives = cell.execution != execution_;
    if (outlives) {
        cell.execution = execution_;
        cell.maker = cell.made = 0;
    }
    if (used_ == most_locations) fail("more locations than the model has room for", Where::current());
    if (used_ == locations_.size()) locations_.emplace_back();
    Location& location = locations_[used_++];
    location.cell = &cell;
    location.outlives = outlives;
    location.touched = {};
    location.history.clear();
    location.history.push_back({cell.bits, View()});
    cell.location = static_cast<std::uint32_t>(used_);
    return location;
}

const char* Memory::complaint(const Cell& cell, std::size_t thread, const Knowledge& k) {
    if (cell.execution == Cell::dead) return "an atomic is used after its destruction";
    Location& location = locate(cell);
    if (location.cell != &cell) return "an atomic is used whose memory holds something else";
    location.touched[thread] = k.now.clock(thread);
    if (!k.now.knows(cell.maker, cell.made)) return "an atomic is used whose construction is not ordered before";
    return nullptr;
}

const char* Memory::destroy(Cell& cell, const Knowledge& k) noexcept {
    if (cell.execution == Cell::dead) return "an atomic is destroyed twice";
    const bool known = cell.execution == execution_ && cell.location != Cell::none;
    cell.execution = Cell::dead;
    if (!known) return nullptr;
    const Location& location = locations_[cell.location - 1];
    for (std::size_t thread = 0; thread < most_threads; ++thread) {
        if (!k.now.knows(thread, location.touched[thread])) {
            return "an atomic is destroyed while another thread's use of it is not ordered before";
        }
    }
    return nullptr;
}

std::size_t Memory::readable(const Cell& cell, const Knowledge& k, bool is_seq_cst) {
    const Location& location = locate(cell);
    const std::size_t number = cell.location - 1;
    std::size_t oldest = k.now.store(number);
    if (is_seq_cst) oldest = std::max<std::size_t>(oldest, seq_cst_.store(number));
    return location.history.size() - oldest;
}

std::uint64_t Memory::peek(const Cell& cell, std::size_t age) const {
    const Location& location = locations_[cell.location - 1];
    return location.history[location.history.size() - 1 - age].bits;
}

std::uint64_t Memory::read(const Cell& cell, std::size_t age, Knowledge& k, std::memory_order order) {
    const Location& location = locate(cell);
    const std::size_t number = cell.location - 1;
    const std::size_t index = location.history.size() - 1 - age;
    const Message& message = location.history[index];
    k.now.store(number) = std::max(k.now.store(number), static_cast<Clock>(index));
    (acquires(order) ? k.now : k.to_acquire).join(message.view);
    if (order == std::memory_order_seq_cst) {
        seq_cst_.store(number) = std::max(seq_cst_.store(number), static_cast<Clock>(index));
    }
    return message.bits;
}

void Memory::write(Cell& cell, std::uint64_t bits, Knowledge& k, std::memory_order order, bool is_update) {
    Location& location = locate(cell);
    const std::size_t number = cell.location - 1;
    const auto index = static_cast<Clock>(location.history.size());
    k.now.store(number) = index;
    location.history.emplace_back();
    Message& message = location.history.back();
    message.bits = bits;
    message.view = releases(order) ? k.now : k.at_release;
    message.view.store(number) = index;
    if (is_update) message.view.join(location.history[index - 1U].view);  // a release sequence goes on
    if (order == std::memory_order_seq_cst) seq_cst_.store(number) = index;
    cell.bits = bits;
}

void Memory::fence(Knowledge& k, std::memory_order order) noexcept {
    if (acquires(order)) k.now.join(k.to_acquire);
    if (order == std::memory_order_seq_cst) {
        k.now.join_stores(seq_cst_);
        seq_cst_.join_stores(k.now);
    }
    if (releases(order)) k.at_release = k.now;
}

}  // namespace grainscope::model
