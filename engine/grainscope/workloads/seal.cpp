#include <grainscope/workloads/seal.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <zstd.h>

namespace grainscope::workloads {

namespace {

constexpr std::string_view magic = "grnseal";
constexpr std::byte version{1};
constexpr std::size_t version_at = 7;
constexpr std::size_t nonce_at = 8;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t plain_size_at = 20;
constexpr std::size_t frame_size_at = 28;
constexpr std::size_t header_size = 36;
constexpr std::size_t tag_size = 16;
constexpr std::size_t least_size = header_size + tag_size;

unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

void write_number(std::byte* to, std::uint64_t number) {
    for (int i = 0; i < 8; ++i) to[i] = static_cast<std::byte>(number >> (8 * i));
}
std::uint64_t read_number(const std::byte* from) {
    std::uint64_t number = 0;
    for (int i = 0; i < 8; ++i) number |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
    return number;
}

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(fmt::format("OpenSSL cannot {}", what));
}

/// One pass of AES-256-GCM. What it knows of the key is wiped at its end.
class Gcm {
  public:
    enum class Direction : int { decrypt = 0, encrypt = 1 };

    Gcm(Direction direction, const SealingKey& key, const std::byte* nonce) : context_(EVP_CIPHER_CTX_new()) {
        // To look the algorithm up takes longer than to encrypt a small item.
        static const EVP_CIPHER* const aes_256_gcm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
        if (context_ == nullptr) throw std::bad_alloc();
        require(aes_256_gcm != nullptr && EVP_CipherInit_ex2(context_.get(), aes_256_gcm, raw(key.bytes().data()),
                                                             raw(nonce), static_cast<int>(direction), nullptr) == 1,
                "encrypt by AES-256-GCM");
    }

    void authenticate(std::span<const std::byte> bytes) { update(nullptr, bytes); }
    void transform(std::byte* to, std::span<const std::byte> from) { update(raw(to), from); }

    void write_tag(std::byte* tag) {
        unsigned char nothing[16];
        int size = 0;
        require(EVP_CipherFinal_ex(context_.get(), nothing, &size) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, tag) == 1,
                "make the tag of AES-256-GCM");
    }
    [[nodiscard]] bool has_tag(const std::byte* tag) {
        unsigned char nothing[16];
        int size = 0;
        unsigned char expected[tag_size];
        std::memcpy(expected, tag, tag_size);
        require(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, expected) == 1,
                "check the tag of AES-256-GCM");
        return EVP_CipherFinal_ex(context_.get(), nothing, &size) == 1;
    }

  private:
    void update(unsigned char* to, std::span<const std::byte> from) {
        constexpr std::size_t most_at_once = std::size_t{1} << 30;  // the size is an int
        while (!from.empty()) {
            const auto piece = from.first(std::min(from.size(), most_at_once));
            int size = 0;
            require(EVP_CipherUpdate(context_.get(), to, &size, raw(piece.data()), static_cast<int>(piece.size())) == 1,
                    "encrypt by AES-256-GCM");
            if (to != nullptr) to += piece.size();
            from = from.subspan(piece.size());
        }
    }

    struct Free {
        void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
    };
    std::unique_ptr<EVP_CIPHER_CTX, Free> context_;
};

ZSTD_CCtx& compressor() {
    struct Free {
        void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    };
    thread_local const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
    if (context == nullptr) throw std::bad_alloc();
    return *context;
}

ZSTD_DCtx& decompressor() {
    struct Free {
        void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
    };
    thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
    if (context == nullptr) throw std::bad_alloc();
    return *context;
}

/// Memory that nobody has written to yet.
struct Buffer {
    explicit Buffer(std::size_t capacity) : bytes(std::make_unique_for_overwrite<std::byte[]>(capacity)) {}
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
    [[nodiscard]] std::span<const std::byte> view() const { return {bytes.get(), size}; }
};

Buffer compressed(std::span<const std::byte> plain, int level) {
    const std::size_t capacity = ZSTD_compressBound(plain.size());
    if (ZSTD_isError(capacity) != 0) throw std::bad_alloc();
    Buffer frame(capacity);
    frame.size = ZSTD_compressCCtx(&compressor(), frame.bytes.get(), capacity, plain.data(), plain.size(), level);
    if (ZSTD_isError(frame.size) != 0)
        throw std::runtime_error(fmt::format("zstd cannot compress: {}", ZSTD_getErrorName(frame.size)));
    return frame;
}

std::unexpected<std::string> cut_off(std::size_t size, std::string_view expected) {
    return std::unexpected(fmt::format("is cut off: {} of {} bytes are there", size, expected));
}

/// Whether the bytes have the form of a sealed item, and all of it.
std::expected<void, std::string> check_form(std::span<const std::byte> sealed) {
    const std::string_view text(reinterpret_cast<const char*>(sealed.data()), sealed.size());
    if (!text.starts_with(magic.substr(0, text.size())))
        return std::unexpected<std::string>("is not sealed: it does not begin as a sealed item does");
    if (sealed.size() > version_at && sealed[version_at] != version) {
        return std::unexpected(fmt::format("is sealed in version {} of the format; this program opens version {}",
                                           std::to_integer<int>(sealed[version_at]), std::to_integer<int>(version)));
    }
    if (sealed.size() < least_size) return cut_off(sealed.size(), fmt::format("at least {}", least_size));
    const std::size_t there = sealed.size() - least_size;
    const std::uint64_t claimed = read_number(sealed.data() + frame_size_at);
    if (there < claimed) return cut_off(there, fmt::format("{} encrypted", claimed));
    if (there > claimed) return std::unexpected(fmt::format("was changed: {} bytes follow its end", there - claimed));
    return {};
}

std::expected<std::vector<std::byte>, std::string> decompressed(std::span<const std::byte> frame, std::uint64_t size) {
    constexpr std::uint64_t most_ratio = 32'768;  // a block of at most 128 KiB takes at least 4 bytes
    if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != size || size / most_ratio > frame.size()) {
        return std::unexpected(
            fmt::format("is not as it was sealed, though the key fits: {} bytes of zstd do not hold {} "
                        "bytes",
                        frame.size(), size));
    }
    std::vector<std::byte> plain(size);
    const std::size_t got =
        ZSTD_decompressDCtx(&decompressor(), plain.data(), plain.size(), frame.data(), frame.size());
    if (ZSTD_isError(got) != 0)
        return std::unexpected(
            fmt::format("is not as it was sealed, though the key fits: zstd says: {}", ZSTD_getErrorName(got)));
    if (got != size)
        return std::unexpected(
            fmt::format("is not as it was sealed, though the key fits: {} of {} bytes are in it", got, size));
    return plain;
}

}  // namespace

Checksum sha256(std::span<const std::byte> bytes) {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    Checksum sum;
    require(algorithm != nullptr &&
                EVP_Digest(bytes.data(), bytes.size(), raw(sum.data()), nullptr, algorithm, nullptr) == 1,
            "compute a SHA-256");
    return sum;
}

Sealed seal(std::span<const std::byte> plain, std::string_view name, const SealingKey& key, int level) {
    if (level < fastest_level || level > smallest_level)
        throw std::invalid_argument(
            fmt::format("seal: a level is {} to {}, not {}", fastest_level, smallest_level, level));
    const Buffer frame = compressed(plain, level);
    Sealed sealed{std::vector<std::byte>(least_size + frame.size), plain.size()};
    std::byte* const header = sealed.bytes.data();
    std::memcpy(header, magic.data(), magic.size());
    header[version_at] = version;
    require(RAND_bytes(raw(header + nonce_at), nonce_size) == 1, "make random bytes");
    write_number(header + plain_size_at, plain.size());
    write_number(header + frame_size_at, frame.size);

    Gcm gcm(Gcm::Direction::encrypt, key, header + nonce_at);
    gcm.authenticate({header, header_size});
    gcm.authenticate(std::as_bytes(std::span(name)));
    gcm.transform(header + header_size, frame.view());
    gcm.write_tag(header + header_size + frame.size);
    return sealed;
}

std::expected<std::vector<std::byte>, std::string> unseal(std::span<const std::byte> sealed, std::string_view name,
                                                          const SealingKey& key) {
    if (auto whole = check_form(sealed); !whole) return std::unexpected(std::move(whole.error()));
    const std::span<const std::byte> header = sealed.first(header_size);
    const std::span<const std::byte> encrypted = sealed.subspan(header_size, sealed.size() - least_size);
    Buffer frame(encrypted.size());
    frame.size = encrypted.size();
    Gcm gcm(Gcm::Direction::decrypt, key, header.data() + nonce_at);
    gcm.authenticate(header);
    gcm.authenticate(std::as_bytes(std::span(name)));
    gcm.transform(frame.bytes.get(), encrypted);
    if (!gcm.has_tag(encrypted.data() + encrypted.size()))
        return std::unexpected<std::string>("was changed, or was sealed with another key or under another name");
    return decompressed(frame.view(), read_number(header.data() + plain_size_at));
}

}  // namespace grainscope::workloads
