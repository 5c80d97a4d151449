// Sealed items: what was sealed comes back, and whatever else is offered is told apart in one line.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <zstd.h>

#include <grainscope/workloads/seal.h>

#include "workloads_upload_samples.h"

namespace grainscope::workloads {
namespace {

using namespace std::string_view_literals;
using testing::Bytes;
using testing::bytes_of;
using testing::key_number;
using testing::made_text;
using testing::random_bytes;
using testing::TemporaryFolder;

constexpr int level = 3;

std::string refusal(std::span<const std::byte> sealed, std::string_view name, const SealingKey& key) {
    const auto opened = unseal(sealed, name, key);
    if (opened) return "opened";
    EXPECT_EQ(opened.error().find('\n'), std::string::npos) << "one line";
    return opened.error();
}

bool begins(const std::string& text, std::string_view with) { return text.starts_with(with); }

std::string in_hexadecimal(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte byte : bytes)
        for (const int shift : {4, 0}) text += "0123456789abcdef"[(std::to_integer<unsigned>(byte) >> shift) & 15];
    return text;
}

TEST(Seal, WhatWasSealedComesBackAtEveryLevel) {
    const SealingKey key = key_number(1);
    const Bytes items[] = {{}, bytes_of("x"), made_text(100), made_text(200'000), random_bytes(70'001)};
    for (const int each : {fastest_level, level, 9, smallest_level}) {
        for (const Bytes& plain : items) {
            const Sealed sealed = seal(plain, "a name", key, each);
            EXPECT_EQ(sealed.plain_size, plain.size());
            EXPECT_EQ(unseal(sealed.bytes, "a name", key), plain) << plain.size() << " bytes at level " << each;
        }
    }
}

TEST(Seal, AMegabyteOfTextShrinksAndOneOfRandomBytesHardlyGrows) {
    const SealingKey key = key_number(1);
    const Bytes text = made_text(1 << 20), noise = random_bytes(1 << 20);
    const Sealed small = seal(text, "text", key, level), large = seal(noise, "noise", key, level);
    EXPECT_LT(small.bytes.size(), text.size() / 2);
    EXPECT_LT(large.bytes.size(), noise.size() + 200);
    EXPECT_EQ(unseal(small.bytes, "text", key), text);
    EXPECT_EQ(unseal(large.bytes, "noise", key), noise);
}

TEST(Seal, TheSameBytesAreNeverSealedTheSameWay) {
    const SealingKey key = key_number(1);
    EXPECT_NE(seal(bytes_of("plain"), "n", key, level).bytes, seal(bytes_of("plain"), "n", key, level).bytes);
}

TEST(Seal, NothingOfThePlainBytesOrTheNameIsLegible) {
    const Bytes plain = bytes_of("a text that nobody else should read");
    const Sealed sealed = seal(plain, "a secret name", key_number(1), level);
    const std::string_view text(reinterpret_cast<const char*>(sealed.bytes.data()), sealed.bytes.size());
    EXPECT_EQ(text.find("nobody"), std::string_view::npos);
    EXPECT_EQ(text.find("secret"), std::string_view::npos);
}

TEST(Seal, EveryFlippedBitIsDetected) {
    const SealingKey key = key_number(1);
    Bytes sealed = seal(bytes_of("some plain bytes"), "n", key, level).bytes;
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        sealed[bit / 8] ^= std::byte(1 << bit % 8);
        const std::string said = refusal(sealed, "n", key);
        const bool in_magic = bit < 7 * 8, in_version = !in_magic && bit < 8 * 8;
        const bool in_frame_size = bit >= 28 * 8 && bit < 36 * 8;
        if (in_magic)
            EXPECT_TRUE(begins(said, "is not sealed")) << bit << ": " << said;
        else if (in_version)
            EXPECT_TRUE(begins(said, "is sealed in version")) << bit << ": " << said;
        else if (in_frame_size)
            EXPECT_TRUE(begins(said, "is cut off") || begins(said, "was changed: ")) << bit << ": " << said;
        else
            EXPECT_EQ(said, "was changed, or was sealed with another key or under another name") << bit;
        sealed[bit / 8] ^= std::byte(1 << bit % 8);
    }
    EXPECT_EQ(unseal(sealed, "n", key), bytes_of("some plain bytes"));
}

TEST(Seal, CutOffAnywhereItSaysSo) {
    const SealingKey key = key_number(1);
    const Bytes sealed = seal(bytes_of("some plain bytes"), "n", key, level).bytes;
    for (std::size_t size = 0; size < sealed.size(); ++size)
        EXPECT_TRUE(begins(refusal(std::span(sealed).first(size), "n", key), "is cut off: ")) << size;
}

TEST(Seal, WhatFollowsTheEndIsAChange) {
    const SealingKey key = key_number(1);
    Bytes sealed = seal(bytes_of("plain"), "n", key, level).bytes;
    sealed.push_back(std::byte{0});
    EXPECT_EQ(refusal(sealed, "n", key), "was changed: 1 bytes follow its end");
}

TEST(Seal, NothingOpensUnderAnotherNameOrWithAnotherKey) {
    const SealingKey key = key_number(1);
    const Bytes a = seal(bytes_of("first"), "a", key, level).bytes, b = seal(bytes_of("other"), "b", key, level).bytes;
    constexpr auto expected = "was changed, or was sealed with another key or under another name";
    EXPECT_EQ(refusal(a, "b", key), expected);
    EXPECT_EQ(refusal(b, "a", key), expected);
    EXPECT_EQ(refusal(a, "", key), expected);
    EXPECT_EQ(refusal(a, "a\0"sv, key), expected);
    EXPECT_EQ(refusal(a, "a", key_number(2)), expected);
}

TEST(Seal, WhatIsNoSealedItemIsToldFromOneThatWasChanged) {
    const SealingKey key = key_number(1);
    EXPECT_TRUE(begins(refusal(bytes_of("PK\x03\x04 some archive"), "n", key), "is not sealed"));
    EXPECT_TRUE(begins(refusal(random_bytes(1000), "n", key), "is not sealed"));
}

TEST(Seal, TheLargestSizesThatCanBeClaimedAreRefusedWithoutMemoryForThem) {
    const SealingKey key = key_number(1);
    const Bytes honest = seal(made_text(1000), "n", key, level).bytes;
    for (const std::size_t at : {20, 28}) {
        for (const std::uint64_t claim : {std::uint64_t{1} << 60, std::numeric_limits<std::uint64_t>::max()}) {
            Bytes hostile = honest;
            std::memcpy(hostile.data() + at, &claim, sizeof claim);
            const std::string said = refusal(hostile, "n", key);
            EXPECT_TRUE(begins(said, at == 28 ? "is cut off" : "was changed")) << said;
        }
    }
}

// Seals as seal() does, by who has the key: any claim, any bytes for a frame.
Bytes sealed_by_hand(std::span<const std::byte> frame, std::uint64_t plain_size, const SealingKey& key) {
    Bytes sealed(36 + frame.size() + 16);
    const std::uint64_t frame_size = frame.size();
    std::memcpy(sealed.data(), "grnseal\1", 8);
    std::memcpy(sealed.data() + 20, &plain_size, 8);
    std::memcpy(sealed.data() + 28, &frame_size, 8);
    auto* const out = reinterpret_cast<unsigned char*>(sealed.data());
    const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int size = 0;
    EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                       reinterpret_cast<const unsigned char*>(key.bytes().data()), out + 8);
    EVP_EncryptUpdate(context.get(), nullptr, &size, out, 36);
    EVP_EncryptUpdate(context.get(), nullptr, &size, reinterpret_cast<const unsigned char*>("n"), 1);
    EVP_EncryptUpdate(context.get(), out + 36, &size, reinterpret_cast<const unsigned char*>(frame.data()),
                      static_cast<int>(frame.size()));
    EVP_EncryptFinal_ex(context.get(), nullptr, &size);
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, out + 36 + frame.size());
    return sealed;
}

TEST(Seal, TheFormatIsThatOfTheHeadersComment) {
    const SealingKey key = key_number(1);
    const Bytes plain = made_text(500);
    Bytes frame(ZSTD_compressBound(plain.size()));
    frame.resize(ZSTD_compress(frame.data(), frame.size(), plain.data(), plain.size(), 1));
    EXPECT_EQ(unseal(sealed_by_hand(frame, plain.size(), key), "n", key), plain);
}

TEST(Seal, WhoHasTheKeyCannotMakeItAllocateWhatTheFrameCannotHold) {
    const SealingKey key = key_number(1);
    // A frame of one segment that claims 2^60 bytes, followed by a last block of one byte repeated 128 Ki times.
    const std::uint64_t claim = std::uint64_t{1} << 60;
    Bytes frame = bytes_of("\x28\xb5\x2f\xfd\xe0"sv);
    frame.resize(13);
    std::memcpy(frame.data() + 5, &claim, 8);
    for (const int byte : {0x03, 0x00, 0x10, 0x41}) frame.push_back(std::byte(byte));
    ASSERT_EQ(ZSTD_getFrameContentSize(frame.data(), frame.size()), claim);
    EXPECT_EQ(refusal(sealed_by_hand(frame, claim, key), "n", key),
              "is not as it was sealed, though the key fits: 17 bytes of zstd do not hold 1152921504606846976 bytes");
}

TEST(Seal, WhatZstdCannotReadIsToldFromWhatWasChanged) {
    const SealingKey key = key_number(1);
    const Bytes plain = made_text(5000);
    Bytes frame(ZSTD_compressBound(plain.size()));
    frame.resize(ZSTD_compress(frame.data(), frame.size(), plain.data(), plain.size(), 1));
    EXPECT_TRUE(begins(refusal(sealed_by_hand(bytes_of("no frame"), 5000, key), "n", key), "is not as it was sealed"));
    EXPECT_TRUE(begins(refusal(sealed_by_hand({}, 0, key), "n", key), "is not as it was sealed"));
    EXPECT_TRUE(begins(refusal(sealed_by_hand(frame, 4999, key), "n", key), "is not as it was sealed"));
    const auto half = std::span(frame).first(frame.size() / 2);
    EXPECT_TRUE(begins(refusal(sealed_by_hand(half, 5000, key), "n", key),
                       "is not as it was sealed, though the key fits: zstd says: "));
}

TEST(Seal, ALevelOutOfRangeIsRefused) {
    EXPECT_THROW((void)seal({}, "n", key_number(1), fastest_level - 1), std::invalid_argument);
    EXPECT_THROW((void)seal({}, "n", key_number(1), smallest_level + 1), std::invalid_argument);
}

TEST(Seal, ThreadsShareAKey) {
    const SealingKey key = key_number(1);
    std::vector<std::thread> threads;
    std::vector<int> failures(4);
    for (std::uint32_t t = 0; t < failures.size(); ++t) {
        threads.emplace_back([&key, &mine = failures[t], t] {
            for (std::uint32_t i = 0; i < 20; ++i) {
                const Bytes plain = made_text(3000, t * 100 + i);
                const std::string name = std::to_string(t) + "/" + std::to_string(i);
                const auto opened = unseal(seal(plain, name, key, level).bytes, name, key);
                mine += !opened || *opened != plain || sha256(*opened) != sha256(plain);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(failures, std::vector<int>(4, 0));
}

TEST(Seal, ChecksumsAreThoseOfFips180) {
    EXPECT_EQ(in_hexadecimal(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(in_hexadecimal(sha256(bytes_of("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(SealingKeys, AreReadRawAndInHexadecimalDigits) {
    const TemporaryFolder folder;
    const SealingKey key = key_number(7);
    const std::string digits = in_hexadecimal(key.bytes());
    std::string capitals = digits;
    for (char& c : capitals) c = static_cast<char>(std::toupper(c));
    const std::string raw(reinterpret_cast<const char*>(key.bytes().data()), SealingKey::size);
    for (const std::string& content : {raw, digits, digits + "\n", digits + "\r\n", capitals}) {
        const auto read = SealingKey::from_file(folder.file_with("key", content));
        ASSERT_TRUE(read.has_value()) << read.error();
        EXPECT_TRUE(std::ranges::equal(read->bytes(), key.bytes()));
    }
}

TEST(SealingKeys, AnythingElseIsRefusedInALineThatSaysWhatWouldBeRight) {
    const TemporaryFolder folder;
    constexpr auto right = "right are 32 raw bytes (as from head -c 32 /dev/urandom) or 64 hexadecimal digits";
    const auto said = [&](const std::string& path) {
        const auto read = SealingKey::from_file(path);
        if (read) return std::string("accepted");
        EXPECT_TRUE(begins(read.error(), path)) << read.error();
        return read.error().substr(std::min(path.size(), read.error().size()));
    };
    const auto of = [&](const std::string& content) { return said(folder.file_with("key", content)); };
    EXPECT_EQ(of(""), std::string(" is no key: it has 0 bytes; ") + right);
    EXPECT_EQ(of(std::string(31, 'x')), std::string(" is no key: it has 31 bytes; ") + right);
    EXPECT_EQ(of(std::string(33, 'x')), std::string(" is no key: it has 33 bytes; ") + right);
    EXPECT_EQ(of(std::string(63, 'a') + "\n"), std::string(" is no key: it has 64 bytes; ") + right);
    EXPECT_EQ(of(std::string(64, 'a') + "\n\n"), std::string(" is no key: it has 66 bytes; ") + right);
    EXPECT_EQ(of(std::string(63, 'a') + "g"),
              std::string(" is no key: not all of its 64 characters are hexadecimal digits; ") + right);
    EXPECT_EQ(of(std::string(1000, 'a')), std::string(" is no key: it is longer than 66 bytes; ") + right);
    EXPECT_EQ(said("/dev/zero"), std::string(" is no key: it is longer than 66 bytes; ") + right);
    EXPECT_EQ(said(folder.path().string()), std::string(" is no key: it is a folder; ") + right);
    const auto missing = SealingKey::from_file(folder.file("missing"));
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error(), "there is no file " + folder.file("missing") + " to read a key from");
}

TEST(SealingKeys, AreKnownByAFingerprintThatIsNoPartOfThem) {
    // Python: hmac.new(bytes(range(32)), b"grainscope: the key of a store of uploads", "sha256").hexdigest()[:32]
    std::array<std::byte, SealingKey::size> counted{};
    for (std::size_t i = 0; i < counted.size(); ++i) counted[i] = std::byte(i);
    EXPECT_EQ(in_hexadecimal(SealingKey(counted).fingerprint()), "61935b43481629c2cc0d133f55e6d26d");
    EXPECT_NE(key_number(1).fingerprint(), key_number(2).fingerprint());
}

TEST(SealingKeys, MadeForARunAreNeverTheSame) {
    const SealingKey a = SealingKey::random(), b = SealingKey::random();
    EXPECT_FALSE(std::ranges::equal(a.bytes(), b.bytes()));
}

TEST(SealingKeys, AreWipedWhereTheyMoveAwayAndWhereTheyEnd) {
    const auto is_wiped = [](std::span<const std::byte> bytes) {
        return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
    };
    SealingKey key = key_number(1);
    SealingKey taken = std::move(key);
    EXPECT_TRUE(is_wiped(key.bytes()));  // NOLINT(bugprone-use-after-move): this is what is asked
    key = std::move(taken);
    EXPECT_TRUE(is_wiped(taken.bytes()));  // NOLINT(bugprone-use-after-move)
    EXPECT_TRUE(std::ranges::equal(key.bytes(), key_number(1).bytes()));

    alignas(SealingKey) std::array<std::byte, sizeof(SealingKey)> place{};
    const volatile std::byte* const left = place.data();  // so that what a destructor wrote is read
    auto* const ending = new (place.data()) SealingKey(key_number(1).bytes());
    ASSERT_FALSE(is_wiped(place));
    ending->~SealingKey();
    for (std::size_t i = 0; i < place.size(); ++i) EXPECT_EQ(std::byte{left[i]}, std::byte{0});
}

}  // namespace
}  // namespace grainscope::workloads
