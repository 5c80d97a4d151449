#include <grainscope/trace/frame_codec.h>

#include <algorithm>
#include <cmath>

#include <grainscope/trace/stream_format.h>

namespace grainscope::trace {
namespace {

std::uint16_t quantise(float value) noexcept {
    if (!(value > 0.0F)) return 0;  // NaN too
    return static_cast<std::uint16_t>(std::lround(std::min(value, 1.0F) * 65535.0F));
}

bool differs(const BoardImage& before, const BoardImage& now, std::size_t slot) noexcept {
    return before.values[slot] != now.values[slot] || before.owners[slot] != now.owners[slot];
}

/// 16-bit differences wrap, so that each fits three bytes of zigzag varint at the most.
std::int16_t difference(std::uint16_t from, std::uint16_t to) noexcept {
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(to - from));
}

}  // namespace

BoardImage BoardImage::empty(std::size_t slots) {
    return {std::vector<std::uint16_t>(slots, 0), std::vector<std::uint16_t>(slots, DataBoard::no_owner)};
}

void read_board(const DataBoard& board, std::size_t workers, BoardImage& image) {
    const std::size_t slots = std::min(board.size(), format::most_slots);
    image.values.resize(slots);
    image.owners.resize(slots);
    for (std::size_t slot = 0; slot < slots; ++slot) {
        const DataBoard::Sample sample = board.read(slot);
        image.values[slot] = quantise(sample.value);
        image.owners[slot] = sample.owner < workers ? sample.owner : DataBoard::no_owner;
    }
}

void encode_runs(const BoardImage& before, const BoardImage& now, ByteBuffer& out) {
    const std::size_t slots = now.slots();
    std::size_t written_to = 0;
    for (std::size_t slot = 0; slot < slots;) {
        if (!differs(before, now, slot)) {
            ++slot;
            continue;
        }
        // A single unchanged slot inside a run costs less than a run of its own.
        std::size_t end = slot + 1;
        while (end < slots && (differs(before, now, end) || (end + 1 < slots && differs(before, now, end + 1)))) ++end;
        out.varint(slot - written_to);
        out.varint(end - slot);
        for (std::size_t at = slot; at < end; ++at) out.svarint(difference(before.values[at], now.values[at]));
        for (std::size_t at = slot; at < end;) {
            std::size_t same = at + 1;
            while (same < end && now.owners[same] == now.owners[at]) ++same;
            out.varint(static_cast<std::uint16_t>(now.owners[at] + 1));  // no_owner becomes 0
            out.varint(same - at);
            at = same;
        }
        written_to = slot = end;
    }
}

bool decode_runs(ByteCursor& in, std::size_t workers, BoardImage& image) {
    std::size_t at = 0;
    while (in.remaining() != 0) {
        const std::uint64_t skipped = in.varint();
        const std::uint64_t length = in.varint();
        if (in.failed() || skipped > image.slots() - at) return false;
        at += static_cast<std::size_t>(skipped);
        if (length == 0 || length > image.slots() - at || length > in.remaining()) return false;
        const std::size_t end = at + static_cast<std::size_t>(length);
        for (std::size_t slot = at; slot < end; ++slot) {
            image.values[slot] =
                static_cast<std::uint16_t>(image.values[slot] + static_cast<std::uint16_t>(in.svarint()));
        }
        while (at < end) {
            const std::uint64_t owner = in.varint();
            const std::uint64_t same = in.varint();
            if (in.failed() || owner > workers || owner > 0xffff || same == 0 || same > end - at) return false;
            std::fill_n(image.owners.begin() + static_cast<std::ptrdiff_t>(at), same,
                        static_cast<std::uint16_t>(owner - 1));
            at += static_cast<std::size_t>(same);
        }
    }
    return !in.failed();
}

}  // namespace grainscope::trace
