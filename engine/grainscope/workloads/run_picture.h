// The picture of a run whose positions are no data: messages, operations, increments.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <grainscope/platform/clock.h>
#include <grainscope/workloads/data_picture.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// Heights are the run's own, in [0, 1]. False while nobody watches; then nothing may be published.
class RunPicture {
  public:
    RunPicture() = default;
    RunPicture(const RunPicture&) = delete;
    RunPicture& operator=(const RunPicture&) = delete;

    /// Begins anew: nothing has happened at any of the positions.
    void reset(const RunContext& context, std::size_t positions) {
        picture_.reset();
        if (context.board == nullptr) return;
        picture_.emplace(*context.board, no_scale_, positions);
        picture_->publish_heights(
            0, positions, [] { return trace::DataBoard::no_owner; }, [](std::size_t) { return 0.0F; });
    }

    [[nodiscard]] explicit operator bool() const noexcept { return picture_.has_value(); }

    /// owner() and height() are asked only if a slot of the board lies in the range. For many threads at once.
    template <class Owner, class Height>
    void publish(std::size_t first, std::size_t count, Owner&& owner, Height&& height) const {
        picture_->publish_heights(first, count, std::forward<Owner>(owner), [&](std::size_t) { return height(); });
    }

    /// The height of [first, last) is what one of its positions cost: `ticks` went by for all of them.
    void publish_cost(std::size_t first, std::size_t last, platform::Ticks ticks, double full_height_ns,
                      std::uint16_t owner) const {
        const double ns = static_cast<double>(ticks) / platform::ticks_per_ns() / static_cast<double>(last - first);
        const auto height = static_cast<float>(std::min(1.0, ns / full_height_ns));
        publish(
            first, last - first, [=] { return owner; }, [=] { return height; });
    }

  private:
    RankScale<int> no_scale_;
    std::optional<DataPicture<int>> picture_;
};

}  // namespace grainscope::workloads
