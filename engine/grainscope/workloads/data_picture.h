// The picture of an array that a run paints on its board.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <grainscope/trace/data_board.h>
#include <grainscope/workloads/random.h>

namespace grainscope::workloads {

/// Heights for the elements of one array: an element's rank among a sample of it, in [0, 1]. Ranks show any type and
/// any distribution alike: sorted data is a straight ramp, and a value that occurs often is a step.
template <class T>
class RankScale {
  public:
    RankScale() = default;
    explicit RankScale(std::span<const T> data) {
        const std::size_t size = std::min(data.size(), sample_size);
        sample_.reserve(size);
        // One element at random from each of `size` equal stretches: even for any pattern of the data.
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t begin = scale(i, data.size(), size), end = scale(i + 1, data.size(), size);
            sample_.push_back(data[begin + scale_to(random_at(0, i), end - begin)]);
        }
        std::sort(sample_.begin(), sample_.end());
    }

    /// O(log sample_size).
    [[nodiscard]] float height(const T& value) const {
        const auto [first, last] = std::equal_range(sample_.begin(), sample_.end(), value);
        const auto rank = (first - sample_.begin()) + (last - sample_.begin());
        return sample_.empty() ? 0.0F : static_cast<float>(rank) / (2.0F * static_cast<float>(sample_.size()));
    }

  private:
    static constexpr std::size_t sample_size = 8192;

    static std::size_t scale(std::size_t i, std::size_t total, std::size_t parts) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::size_t>(Wide{i} * total / parts);
    }

    std::vector<T> sample_;
};

/// The board's slots as evenly spaced positions of an array. `publish` is for many threads at once, each with a range
/// of its own.
template <class T>
class DataPicture {
  public:
    DataPicture(trace::DataBoard& board, const RankScale<T>& scale, std::size_t size) : board_(&board), scale_(&scale) {
        const std::size_t slots = size == 0 ? 0 : board.size();
        positions_.reserve(slots + 1);
        __extension__ using Wide = unsigned __int128;
        for (std::size_t slot = 0; slot < slots; ++slot)
            positions_.push_back(static_cast<std::size_t>(Wide{slot} * size / slots));
        positions_.push_back(size);  // behind every range: a scan of the slots ends here
        // slots / size as a fraction of 2^64, rounded down; one slot for each position, or more, needs no fraction.
        if (slots < size) slots_per_position_ = static_cast<std::uint64_t>((Wide{slots} << 64) / size);
    }

    [[nodiscard]] float height(const T& value) const { return scale_->height(value); }

    /// The first slot whose position is at or behind `offset`; as many as there are slots if there is none.
    [[nodiscard]] std::size_t slot_at_or_after(std::size_t offset) const {
        __extension__ using Wide = unsigned __int128;
        // A lower bound of the answer, at most two short of it where slots are fewer than positions.
        std::size_t slot =
            slots_per_position_ != 0
                ? static_cast<std::size_t>((Wide{offset} * slots_per_position_) >> 64)
                : static_cast<std::size_t>(std::ranges::lower_bound(positions_, offset) - positions_.begin());
        while (positions_[slot] < offset) ++slot;
        return slot;
    }

    /// Publishes the slots inside [offset, offset + count), whose elements lie at `values`. `owner()` is asked only if
    /// there is one: most ranges hold none, and then this costs about 2 ns.
    template <class Owner>
    void publish(const T* values, std::size_t offset, std::size_t count, Owner&& owner) const {
        publish_heights(offset, count, std::forward<Owner>(owner),
                        [&](std::size_t position) { return scale_->height(values[position - offset]); });
    }

    /// The same with heights of the caller's own: height(position), in [0, 1].
    template <class Owner, class Height>
    void publish_heights(std::size_t offset, std::size_t count, Owner&& owner, Height&& height) const {
        std::size_t slot = slot_at_or_after(offset);
        const std::size_t end = offset + count;
        if (positions_[slot] >= end) return;
        const std::uint16_t who = owner();
        for (; slot + 1 < positions_.size() && positions_[slot] < end; ++slot)
            board_->publish(slot, height(positions_[slot]), who);
    }

  private:
    trace::DataBoard* board_;
    const RankScale<T>* scale_;
    std::vector<std::size_t> positions_;  // of each slot, ascending, and the array's size at the end
    std::uint64_t slots_per_position_ = 0;
};

}  // namespace grainscope::workloads
