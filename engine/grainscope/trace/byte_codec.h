// Bytes out and bytes in: fixed little-endian integers, LEB128 varints and zigzag. The reading side never trusts a
// length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace grainscope::trace {

[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) noexcept {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
}

inline constexpr std::size_t longest_varint = 10;

/// Writes `value` at `out`, which has room for longest_varint bytes; returns the place behind it.
inline std::byte* put_varint(std::byte* out, std::uint64_t value) noexcept {
    while (value >= 0x80) {
        *out++ = static_cast<std::byte>(value | 0x80);
        value >>= 7;
    }
    *out++ = static_cast<std::byte>(value);
    return out;
}

/// A growing row of bytes.
class ByteBuffer {
  public:
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] std::span<const std::byte> view() const noexcept { return bytes_; }
    [[nodiscard]] std::byte* at(std::size_t offset) noexcept { return bytes_.data() + offset; }
    void clear() noexcept { bytes_.clear(); }
    void truncate(std::size_t size) noexcept { bytes_.resize(size); }

    void u8(std::uint8_t value) { bytes_.push_back(static_cast<std::byte>(value)); }
    void u64(std::uint64_t value) {
        for (int shift = 0; shift < 64; shift += 8) u8(static_cast<std::uint8_t>(value >> shift));
    }
    void varint(std::uint64_t value) {
        std::byte scratch[longest_varint];
        bytes_.insert(bytes_.end(), scratch, put_varint(scratch, value));
    }
    void svarint(std::int64_t value) { varint(zigzag(value)); }
    void text(std::string_view text) {
        const auto bytes = std::as_bytes(std::span(text));
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }

    /// Room for `most` more bytes, to be filled through the returned pointer and closed by shrink_to.
    [[nodiscard]] std::byte* grow(std::size_t most) {
        const std::size_t old = bytes_.size();
        bytes_.resize(old + most);
        return bytes_.data() + old;
    }
    void shrink_to(const std::byte* end) { bytes_.resize(static_cast<std::size_t>(end - bytes_.data())); }

  private:
    std::vector<std::byte> bytes_;
};

/// Reads from a payload. Reading past its end, or a varint that does not fit 64 bits, gives 0 and makes failed() true
/// from then on; nothing is ever read outside.
class ByteCursor {
  public:
    explicit ByteCursor(std::span<const std::byte> bytes) noexcept
        : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    std::uint8_t u8() noexcept {
        if (at_ == end_) return fail();
        return static_cast<std::uint8_t>(*at_++);
    }
    std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(fixed(4)); }
    std::uint64_t u64() noexcept { return fixed(8); }
    std::uint64_t varint() noexcept {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at_ == end_) return fail();
            const auto byte = static_cast<std::uint8_t>(*at_++);
            if (shift == 63 && byte > 1) return fail();
            value |= std::uint64_t{byte & 0x7fU} << shift;
            if (byte < 0x80) return value;
        }
        return fail();
    }
    std::int64_t svarint() noexcept { return unzigzag(varint()); }
    /// The next `length` bytes as text; empty and failed if there are fewer.
    std::string_view text(std::uint64_t length) noexcept {
        if (length > remaining()) {
            fail();
            return {};
        }
        const std::string_view result(reinterpret_cast<const char*>(at_), static_cast<std::size_t>(length));
        at_ += length;
        return result;
    }

  private:
    std::uint8_t fail() noexcept {
        failed_ = true;
        at_ = end_;
        return 0;
    }
    std::uint64_t fixed(std::size_t bytes) noexcept {
        if (remaining() < bytes) return fail();
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{static_cast<std::uint8_t>(at_[i])} << (8 * i);
        at_ += bytes;
        return value;
    }

    const std::byte* at_;
    const std::byte* end_;
    bool failed_ = false;
};

}  // namespace grainscope::trace
