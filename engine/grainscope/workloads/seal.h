// Bytes sealed under a name: compressed by zstd, then encrypted by AES-256-GCM. Neither library shows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace grainscope::workloads {

/// SHA-256 of the plain bytes.
using Checksum = std::array<std::byte, 32>;
/// By what a store knows its key again; says nothing of the key.
using KeyFingerprint = std::array<std::byte, 16>;

[[nodiscard]] Checksum sha256(std::span<const std::byte> bytes);

/// What seals and opens: 32 bytes, wiped when the key goes. May be shared between threads. With one key at most 2^32
/// items should be sealed, since nonces are random (NIST SP 800-38D, 8.3).
class SealingKey {
  public:
    static constexpr std::size_t size = 32;

    /// The file holds 32 raw bytes, or 64 hexadecimal digits and perhaps the end of a line; a pipe will do. The error
    /// is a line that names the path and says what would be right.
    [[nodiscard]] static std::expected<SealingKey, std::string> from_file(const std::string& path);
    /// From the system's generator. Throws std::system_error where that gives nothing.
    [[nodiscard]] static SealingKey random();

    explicit SealingKey(std::span<const std::byte, size> bytes);
    SealingKey(SealingKey&& other) noexcept;
    SealingKey& operator=(SealingKey&& other) noexcept;
    ~SealingKey();

    /// The first 16 bytes of HMAC-SHA-256 of a fixed text under the key.
    [[nodiscard]] KeyFingerprint fingerprint() const;
    [[nodiscard]] std::span<const std::byte, size> bytes() const { return bytes_; }

  private:
    std::array<std::byte, size> bytes_;
};

/// The levels of zstd that seal() takes: 1 is the fastest, 19 the smallest; 3 is zstd's own choice.
inline constexpr int fastest_level = 1;
inline constexpr int smallest_level = 19;

/// What a sealed item is made of; numbers are little-endian:
///
///     offset  bytes
///          0      7  "grnseal"
///          7      1  version: 1
///          8     12  nonce, random
///         20      8  size of the plain bytes
///         28      8  size of what is encrypted: one frame of zstd
///         36      …  the encrypted frame
///                16  tag of AES-256-GCM over all of the above and the name
struct Sealed {
    std::vector<std::byte> bytes;
    std::uint64_t plain_size = 0;
};

/// Compresses and encrypts. The name is not in the result, but nothing opens it under another one. Any thread may call
/// it; each keeps a context of zstd, as large as the largest item needed: 1.3 MB at level 3, 52 MB for 4 MiB at level
/// 19. Throws std::invalid_argument for a level out of range, std::bad_alloc, and std::runtime_error if a library
/// fails.
[[nodiscard]] Sealed seal(std::span<const std::byte> plain, std::string_view name, const SealingKey& key, int level);

/// The plain bytes of what seal() made; else how it is wrong, as what would follow the item's name: "is not sealed …",
/// "is cut off …", "was changed …", or that zstd fails on what the key opens. Bytes that were changed can look cut off
/// where it is their size that was changed. Before the tag was checked nothing is allocated but as much as `sealed`
/// has, and then no more than the size that it authenticates and its frame can hold.
[[nodiscard]] std::expected<std::vector<std::byte>, std::string> unseal(std::span<const std::byte> sealed,
                                                                        std::string_view name, const SealingKey& key);

}  // namespace grainscope::workloads
