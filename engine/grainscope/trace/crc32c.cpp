#include <grainscope/trace/crc32c.h>

#include <array>
#include <cstring>

#if defined(__SSE4_2__) && defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace grainscope::trace {

#if defined(__SSE4_2__) && defined(__x86_64__)

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t previous) noexcept {
    std::uint64_t crc = ~previous;
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        crc = _mm_crc32_u64(crc, word);
    }
    auto narrow = static_cast<std::uint32_t>(crc);
    for (; left != 0; ++at, --left) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*at));
    return ~narrow;
}

#else

namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
    constexpr std::uint32_t reversed_polynomial = 0x82f63b78;
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? reversed_polynomial : 0);
        table[byte] = crc;
    }
    return table;
}
constexpr auto table = make_table();

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t previous) noexcept {
    std::uint32_t crc = ~previous;
    for (const std::byte byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<std::uint32_t>(byte)) & 0xff];
    return ~crc;
}

#endif

}  // namespace grainscope::trace
