// The picture of a run that makes pictures: a sheet of small tiles, framed in the colour of who made them.
#pragma once

#include <cstddef>
#include <cstdint>

#include <grainscope/trace/data_board.h>
#include <grainscope/workloads/image_scale.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// Where the tiles of `count` pictures lie: as large as all fit, each 4 : 3. Of more pictures than there is room for
/// tiles, every so-manieth is shown.
class ContactSheet {
  public:
    /// What a window can draw thirty times a second.
    static constexpr Picture::Extent largest{.columns = 256, .rows = 160};

    ContactSheet() : ContactSheet(1) {}
    explicit ContactSheet(std::size_t count);

    /// The part of `largest` that has tiles.
    [[nodiscard]] Picture::Extent extent() const;

    /// Paints the picture at `index`, in greys inside a frame at full value, all owned by `owner`; an empty one is
    /// crossed out. `columns` are those of the board. For many threads at once, each with pictures of its own.
    void publish(trace::DataBoard& board, std::size_t columns, std::size_t index, const Image& image,
                 std::uint16_t owner) const;

  private:
    std::size_t count_;
    ImageSize tile_;
    std::size_t in_a_row_, tiles_;
};

}  // namespace grainscope::workloads
