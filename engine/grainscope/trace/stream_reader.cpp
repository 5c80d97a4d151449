// The stream as bytes: preamble, chunks, checksums. What the chunks say is decoded in stream_decode.cpp.
#include <grainscope/trace/stream_reader.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include <grainscope/trace/crc32c.h>

namespace grainscope::trace {
namespace {

std::uint32_t u32_at(const std::byte* at) noexcept {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value |= std::uint32_t{static_cast<std::uint8_t>(at[i])} << (8 * i);
    return value;
}

}  // namespace

std::expected<void, ReadError> StreamReader::feed(std::span<const std::byte> bytes) {
    bytes_fed_ += bytes.size();
    if (!error_ && !recording_.complete) {
        if (rest_.empty()) {
            const std::size_t done = consume(bytes);
            rest_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(done), bytes.end());
        } else {
            rest_.insert(rest_.end(), bytes.begin(), bytes.end());
            const std::size_t done = consume(rest_);
            rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(done));
        }
        if (error_ || recording_.complete) rest_ = {};
    }
    if (error_) return std::unexpected(*error_);
    return {};
}

std::size_t StreamReader::consume(std::span<const std::byte> bytes) {
    std::size_t at = 0;
    if (!has_preamble_) {
        if (!read_preamble(bytes)) return 0;
        at = format::preamble_bytes;
    }
    while (!error_ && !recording_.complete && bytes.size() - at >= format::chunk_header_bytes) {
        const std::byte* const header = bytes.data() + at;
        const std::uint32_t head = u32_at(header);
        const std::size_t length = head >> 8;
        if (bytes.size() - at - format::chunk_header_bytes < length) break;
        const auto payload = bytes.subspan(at + format::chunk_header_bytes, length);
        if (crc32c(payload, crc32c(bytes.subspan(at, 4))) != u32_at(header + 4)) {
            damaged("a checksum does not match");
            break;
        }
        if (const Complaint complaint =
                decode(format::ChunkKind{static_cast<std::uint8_t>(head)}, ByteCursor(payload))) {
            damaged(complaint);
            break;
        }
        ++recording_.version;
        at += format::chunk_header_bytes + length;
        bytes_done_ += format::chunk_header_bytes + length;
    }
    return at;
}

bool StreamReader::read_preamble(std::span<const std::byte> bytes) {
    const auto is_magic = [](std::byte byte, std::uint8_t wanted) { return static_cast<std::uint8_t>(byte) == wanted; };
    const std::size_t known = std::min(bytes.size(), format::magic.size());
    if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(known), format::magic.begin(),
                    is_magic)) {
        fail(ReadError::Kind::not_a_recording, "not a Grainscope recording: it begins with something else");
        return false;
    }
    if (bytes.size() < format::preamble_bytes) return false;
    if (crc32c(bytes.first(12)) != u32_at(bytes.data() + 12)) {
        damaged("its first bytes fail their checksum");
        return false;
    }
    const std::uint32_t version = u32_at(bytes.data() + 8);
    const std::uint32_t major = version & 0xffff;
    if (major != format::major_version) {
        fail(ReadError::Kind::newer_version, "written in stream version " + std::to_string(major) + "." +
                                                 std::to_string(version >> 16) +
                                                 ", and this Grainscope reads version " +
                                                 std::to_string(format::major_version) + ": a newer one is needed");
        return false;
    }
    has_preamble_ = true;
    bytes_done_ = format::preamble_bytes;
    return true;
}

void StreamReader::fail(ReadError::Kind kind, std::string message) { error_ = ReadError{kind, std::move(message)}; }

void StreamReader::damaged(const std::string& why) {
    std::string line = "damaged at byte " + std::to_string(bytes_done_) + ": " + why;
    if (has_header_) {
        line += "; what comes before is shown";
        add_note(recording_.end, NoteKind::warning, "This recording is " + line + ".");
        ++recording_.version;
    }
    fail(ReadError::Kind::damaged, std::move(line));
}

std::expected<void, ReadError> StreamReader::finish() const {
    if (error_) return std::unexpected(*error_);
    if (bytes_fed_ == 0)
        return std::unexpected(ReadError{ReadError::Kind::empty, "empty: a recording begins with a header"});
    if (!has_header_) {
        return std::unexpected(
            ReadError{ReadError::Kind::cut_off, "cut off before its header ends: nothing was recorded"});
    }
    return {};
}

std::expected<Recording, ReadError> open_recording(const std::string& path) {
    const auto error = [&](ReadError::Kind kind, const std::string& why) {
        return std::unexpected(ReadError{kind, "cannot read '" + path + "': " + why});
    };
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        return error(ReadError::Kind::unreadable, "it is a directory, and a recording is a file");
    }
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
    if (!file) {
        const int reason = errno;
        return error(reason == ENOENT ? ReadError::Kind::missing : ReadError::Kind::unreadable,
                     reason == ENOENT ? "there is no such file" : std::generic_category().message(reason));
    }
    StreamReader reader;
    std::vector<std::byte> piece(std::size_t{1} << 18);
    for (;;) {
        const std::size_t size = std::fread(piece.data(), 1, piece.size(), file.get());
        if (size == 0) break;
        const auto fed = reader.feed(std::span(piece).first(size));
        if (!fed && !reader.has_header()) return error(fed.error().kind, fed.error().message);
        if (!fed || reader.recording().complete) break;
    }
    if (std::ferror(file.get()) != 0) return error(ReadError::Kind::unreadable, std::generic_category().message(errno));
    if (const auto whole = reader.finish(); !whole && !reader.has_header()) {
        return error(whole.error().kind, whole.error().message);
    }
    return std::move(reader).take();
}

}  // namespace grainscope::trace
