// The constants of the stream: what docs/stream-format.md says in words. Writer and reader share nothing else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace grainscope::trace::format {

/// Like PNG's: the first byte catches 7-bit channels, the line ends catch text conversion, 0x1a stops `type` on
/// Windows.
inline constexpr std::array<std::uint8_t, 8> magic = {0x89, 'G', 'R', 'N', '\r', '\n', 0x1a, '\n'};
inline constexpr std::uint16_t major_version = 1;  ///< a reader refuses a newer one
inline constexpr std::uint16_t minor_version = 3;  ///< new chunk kinds, and new fields at the end of known ones

/// magic, u16 major, u16 minor, u32 CRC-32C of those twelve bytes. Its layout is the same in every version to come, so
/// that any reader can say which version it cannot read.
inline constexpr std::size_t preamble_bytes = 16;

/// u8 kind, u24 payload length, u32 CRC-32C of those four bytes and the payload. All integers are little-endian.
inline constexpr std::size_t chunk_header_bytes = 8;
inline constexpr std::size_t longest_payload = (std::size_t{1} << 24) - 1;

enum class ChunkKind : std::uint8_t {
    header = 1,   ///< clock, workers, metadata; the first chunk, once
    workers,      ///< clock, workers: the number of rows from here on
    phase_begin,  ///< clock, phase kind, index
    phase_end,    ///< clock, phase kind, index, flags
    verdict,      ///< clock, phase kind, index, correct
    events,       ///< clock, worker, count, events
    samples,      ///< clock, flags, count, one sample a worker
    frame,        ///< clock, flags, slots, runs of changed slots
    note,         ///< clock, note kind, text
    close,        ///< clock, text of the result (may be empty); the last chunk
    channels,     ///< clock, flags, count, one sample a channel
    messages,     ///< clock, worker, count, spans of messages
};

/// A reader holds no more rows than this, whatever a file claims.
inline constexpr std::size_t most_workers = 4096;
inline constexpr std::size_t most_slots = 65536;
inline constexpr std::size_t most_channels = 1024;
inline constexpr std::size_t most_stages = 4096;
inline constexpr std::size_t deepest_phase_nesting = 16;

// events: the tag byte of one event
inline constexpr std::uint8_t tag_kind_mask = 0x03;   ///< EventKind
inline constexpr std::uint8_t tag_contiguous = 0x04;  ///< begins where the last of its kind ended: no begin follows
inline constexpr std::uint8_t tag_has_victim = 0x08;  ///< task: a victim follows
inline constexpr std::uint8_t tag_has_id = 0x08;      ///< steal: an id follows
inline constexpr int tag_state_shift = 4;             ///< state: State in the upper four bits

// samples: flags of the chunk, and of one worker
inline constexpr std::uint8_t samples_are_absolute = 0x01;  ///< values since the beginning, not since the last sample
inline constexpr std::uint8_t sample_has_counters = 0x01;
inline constexpr std::uint8_t sample_has_states = 0x02;
inline constexpr std::uint8_t sample_has_kernel_times = 0x04;
inline constexpr std::uint8_t sample_has_drops = 0x08;
inline constexpr int sample_state_shift = 4;            ///< open State in the upper four bits ...
inline constexpr std::uint8_t sample_is_absent = 0x0f;  ///< ... or this: the row has no worker now

// channels
inline constexpr std::uint8_t channels_are_absolute = 0x01;  ///< values since the beginning, not since the last sample

// frame
inline constexpr std::uint8_t frame_is_key = 0x01;  ///< changes against an empty board, not against the last frame

// phase_end
inline constexpr std::uint8_t phase_discarded = 0x01;

}  // namespace grainscope::trace::format
