// The data board on the wire: quantised to 16 bits, and only what changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <grainscope/trace/byte_codec.h>
#include <grainscope/trace/data_board.h>

namespace grainscope::trace {

/// The board at one moment: as many values as owners.
struct BoardImage {
    std::vector<std::uint16_t> values;  ///< 0 is 0.0, 65535 is 1.0
    std::vector<std::uint16_t> owners;  ///< a worker's index, or DataBoard::no_owner

    [[nodiscard]] static BoardImage empty(std::size_t slots);
    [[nodiscard]] std::size_t slots() const noexcept { return values.size(); }
    bool operator==(const BoardImage&) const = default;
};

/// Reads every slot, wait-free. Values outside [0, 1] are clamped, NaN is 0; an owner that is none of the `workers`
/// rows is no_owner. Slots beyond format::most_slots are left out.
void read_board(const DataBoard& board, std::size_t workers, BoardImage& image);

/// Appends the runs of slots in which `now` differs from `before`. Both have the same number of slots.
void encode_runs(const BoardImage& before, const BoardImage& now, ByteBuffer& out);

/// Changes `image` by the runs that encode_runs wrote. False if they do not fit the image or name an owner that is none
/// of the `workers` rows; the image is then of no meaning.
[[nodiscard]] bool decode_runs(ByteCursor& in, std::size_t workers, BoardImage& image);

}  // namespace grainscope::trace
