#include <algorithm>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include <grainscope/workloads/file_bytes.h>
#include <grainscope/workloads/seal.h>

namespace grainscope::workloads {

namespace {

constexpr std::size_t hexadecimal_size = 2 * SealingKey::size;

/// As much of a file as tells whether it is a key, wiped at the end.
struct KeyText {
    KeyText() = default;
    KeyText(const KeyText&) = delete;
    KeyText& operator=(const KeyText&) = delete;
    ~KeyText() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

    // False with errno.
    [[nodiscard]] bool read(int descriptor) {
        while (size < bytes.size()) {
            const ssize_t got = ::read(descriptor, bytes.data() + size, bytes.size() - size);
            if (got == 0) break;
            if (got > 0)
                size += static_cast<std::size_t>(got);
            else if (errno != EINTR)
                return false;
        }
        return true;
    }
    [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }

    std::array<char, hexadecimal_size + 3> bytes;  // the end of a line may be two, and one more is too many
    std::size_t size = 0;
};

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_hexadecimal(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return digit(c) >= 0; });
}

std::string_view without_line_end(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

std::unexpected<std::string> no_key(const std::string& path, const std::string& why) {
    return std::unexpected(fmt::format(
        "{} is no key: {}; right are {} raw bytes (as from head -c {} /dev/urandom) or {} hexadecimal digits", path,
        why, SealingKey::size, SealingKey::size, hexadecimal_size));
}

}  // namespace

SealingKey::SealingKey(std::span<const std::byte, size> bytes) { std::ranges::copy(bytes, bytes_.begin()); }

SealingKey::SealingKey(SealingKey&& other) noexcept : bytes_(other.bytes_) {
    OPENSSL_cleanse(other.bytes_.data(), size);
}

SealingKey& SealingKey::operator=(SealingKey&& other) noexcept {
    if (this == &other) return *this;
    bytes_ = other.bytes_;
    OPENSSL_cleanse(other.bytes_.data(), size);
    return *this;
}

SealingKey::~SealingKey() { OPENSSL_cleanse(bytes_.data(), size); }

SealingKey SealingKey::random() {
    SealingKey key{std::array<std::byte, size>{}};
    if (::getentropy(key.bytes_.data(), size) != 0)
        throw std::system_error(errno, std::generic_category(), "the system gives no random bytes for a key");
    return key;
}

std::expected<SealingKey, std::string> SealingKey::from_file(const std::string& path) {
    const File file(path, O_RDONLY);
    KeyText text;
    if (!file.is_open() || !text.read(file.descriptor())) {
        if (errno == ENOENT) return std::unexpected(fmt::format("there is no file {} to read a key from", path));
        if (errno == EISDIR) return no_key(path, "it is a folder");
        return std::unexpected(fmt::format("the key {} cannot be read: {}", path, reason(errno)));
    }
    if (text.size == size) return SealingKey(std::as_bytes(std::span<const char, size>(text.bytes.data(), size)));

    const std::string_view digits = without_line_end(text.view());
    if (text.size == text.bytes.size()) return no_key(path, fmt::format("it is longer than {} bytes", text.size - 1));
    if (digits.size() != hexadecimal_size) return no_key(path, fmt::format("it has {} bytes", text.size));
    if (!is_hexadecimal(digits)) return no_key(path, "not all of its 64 characters are hexadecimal digits");
    SealingKey key{std::array<std::byte, size>{}};
    for (std::size_t i = 0; i < size; ++i)
        key.bytes_[i] = static_cast<std::byte>(digit(digits[2 * i]) * 16 + digit(digits[2 * i + 1]));
    return key;
}

KeyFingerprint SealingKey::fingerprint() const {
    constexpr std::string_view text = "grainscope: the key of a store of uploads";
    std::array<unsigned char, 32> code;
    if (HMAC(EVP_sha256(), bytes_.data(), size, reinterpret_cast<const unsigned char*>(text.data()), text.size(),
             code.data(), nullptr) == nullptr)
        throw std::runtime_error("OpenSSL cannot compute an HMAC");
    KeyFingerprint fingerprint;
    std::ranges::copy(std::as_bytes(std::span(code)).first<sizeof(KeyFingerprint)>(), fingerprint.begin());
    return fingerprint;
}

}  // namespace grainscope::workloads
