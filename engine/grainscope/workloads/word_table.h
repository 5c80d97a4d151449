// Counting words: a cutter of text that looks at eight bytes at a time, and a flat hash table made for words.
//
// A word of up to 16 bytes, as nearly all are, lives in two registers and in the table's entry itself: comparing it
// costs no look at the text. Entries stand in the order of their hashes' upper bits (linear probing), so that a range
// of hashes is a range of entries, and several tables can be merged in parallel, each task a range.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/workloads/multiset_hash.h>

namespace grainscope::workloads {

static_assert(std::endian::native == std::endian::little, "the first byte of a word is the lowest of its register");

/// A word as it is counted. 16 bytes or less: head and tail are its bytes, padded with zeros. More: head is its first
/// eight bytes, tail its address in the text.
struct Word {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    std::uint32_t hash = 0;
    std::uint32_t length = 0;

    static constexpr std::size_t inline_bytes = 16;
    [[nodiscard]] bool is_inline() const { return length <= inline_bytes; }
    friend bool operator==(const Word& a, const Word& b) {
        if (a.head != b.head || a.hash != b.hash || a.length != b.length) return false;
        return a.tail == b.tail || (!a.is_inline() && std::memcmp(a.address(), b.address(), a.length) == 0);
    }
    [[nodiscard]] std::string text() const {
        if (!is_inline()) return {address(), length};
        std::array<char, inline_bytes> bytes{};
        std::memcpy(bytes.data(), &head, 8);
        std::memcpy(bytes.data() + 8, &tail, 8);
        return {bytes.data(), length};
    }

  private:
    [[nodiscard]] const char* address() const {
        return reinterpret_cast<const char*>(static_cast<std::uintptr_t>(tail));
    }
};

/// Words and how often they came. Expected O(1) a word; at most 5/8 full.
class WordTable {
  public:
    struct Entry {
        Word word;
        std::uint64_t count = 0;  ///< 0: empty
    };
    static constexpr int fewest_bits = 12;

    /// common_bits: so many upper bits are the same in all hashes to come, as in a range of them, and tell no place.
    explicit WordTable(std::size_t expected_words = 0, int common_bits = 0) : common_bits_(common_bits) {
        while (most_words() < expected_words) ++bits_;
        entries_.resize(std::size_t{1} << bits_);
    }

    void prefetch(std::uint32_t hash) const { __builtin_prefetch(&entries_[home(hash)], 1); }

    void add(const Word& word, std::uint64_t count = 1) {
        for (std::size_t at = home(word.hash);; at = next(at)) {
            Entry& entry = entries_[at];
            if (entry.count == 0) {
                entry = {word, count};
                if (++size_ > most_words()) grow();
                return;
            }
            if (entry.word == word) {
                entry.count += count;
                return;
            }
        }
    }

    [[nodiscard]] std::size_t size() const { return size_; }

    template <class Visitor>
    void for_each(Visitor&& visitor) const {
        for (const Entry& entry : entries_)
            if (entry.count != 0) visitor(entry);
    }

    /// Visits the words whose hashes begin with the `bits` bits of `prefix`. bits: 1 to fewest_bits. For tables without
    /// common bits.
    template <class Visitor>
    void for_each_with_prefix(std::uint32_t prefix, int bits, Visitor&& visitor) const {
        const std::size_t begin = std::size_t{prefix} << (bits_ - bits);
        const std::size_t end = begin + (std::size_t{1} << (bits_ - bits));
        for (std::size_t at = begin; at < end; ++at) visit_with_prefix(entries_[at], prefix, bits, visitor);
        // Those that found no place at home stand behind it, with no gap between.
        for (std::size_t at = end & mask(); entries_[at].count != 0; at = next(at)) {
            if (at == begin) break;  // all around: there is no gap
            visit_with_prefix(entries_[at], prefix, bits, visitor);
        }
    }

  private:
    template <class Visitor>
    static void visit_with_prefix(const Entry& entry, std::uint32_t prefix, int bits, Visitor& visitor) {
        if (entry.count != 0 && entry.word.hash >> (32 - bits) == prefix) visitor(entry);
    }

    [[nodiscard]] std::size_t mask() const { return entries_.size() - 1; }
    [[nodiscard]] std::size_t home(std::uint32_t hash) const { return hash << common_bits_ >> (32 - bits_); }
    [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
    [[nodiscard]] std::size_t most_words() const { return (std::size_t{5} << bits_) / 8; }

    void grow() {
        if (bits_ + common_bits_ == 32)
            throw std::length_error("a text of more than a thousand million different words");
        std::vector<Entry> old = std::move(entries_);
        ++bits_;
        size_ = 0;
        entries_ = std::vector<Entry>(old.size() * 2);
        for (const Entry& entry : old)
            if (entry.count != 0) add(entry.word, entry.count);
    }

    std::vector<Entry> entries_;
    std::size_t size_ = 0;
    int bits_ = fewest_bits;
    int common_bits_ = 0;
};

/// Cuts text at ASCII white space.
class WordCutter {
  public:
    /// Bytes of white space that must follow the text.
    static constexpr std::size_t padding = 16;

    /// Adds to `table` the words that begin in [first, last) of a text of `size` bytes; the last one may end behind
    /// `last`. However a text is cut into such ranges, each word is counted once. Returns how many.
    static std::size_t count(const char* text, std::size_t first, std::size_t last, WordTable& table) {
        const char* at = text + first;
        const char* const end = text + last;
        if (first > 0 && !is_white(at[-1]))
            while (at < end && !is_white(*at)) ++at;  // the rest of a word that begins before
        std::size_t words = 0;
        // The table is larger than the nearest cache: a batch of entries is on its way while the next words are cut.
        std::array<Word, 32> batch;
        for (;;) {
            std::size_t cut = 0;
            for (; cut < batch.size(); ++cut) {
                while (at < end && is_white(*at)) ++at;
                if (at >= end) break;
                at = take(at, batch[cut]);
                table.prefetch(batch[cut].hash);
            }
            for (std::size_t i = 0; i < cut; ++i) table.add(batch[i]);
            words += cut;
            if (cut < batch.size()) return words;
        }
    }

    static constexpr bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

  private:
    static constexpr std::uint64_t each(std::uint64_t byte) { return byte * 0x0101010101010101U; }

    static std::uint64_t load(const char* at) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, at, 8);
        return bytes;
    }

    // The top bit of every byte that is white space: 9 to 13, or 32. No carry crosses from one byte to the next.
    static std::uint64_t white_bytes(std::uint64_t bytes) {
        const std::uint64_t low = bytes & each(0x7f);
        const std::uint64_t control = (low + each(0x80 - 9)) & ~(low + each(0x80 - 14));
        const std::uint64_t blank = ~((low ^ each(' ')) + each(0x7f));
        return (control | blank) & ~bytes & each(0x80);
    }

    // Of the bytes before the first marked one, all bits; all of them if none is marked.
    static std::uint64_t before_first(std::uint64_t marks) { return ((marks & (0 - marks)) >> 7) - 1; }

    // Takes the word that begins at `at`. Returns the byte behind the white space that ends it.
    static const char* take(const char* at, Word& word) {
        const std::uint64_t head = load(at), tail = load(at + 8);
        const std::uint64_t head_marks = white_bytes(head), tail_marks = white_bytes(tail);
        if ((head_marks | tail_marks) == 0) [[unlikely]]
            return take_long(at, word);
        const bool is_short = head_marks != 0;
        const int bits = std::countr_zero(is_short ? head_marks : tail_marks);
        word.length = static_cast<std::uint32_t>(bits / 8 + (is_short ? 0 : 8));
        word.head = head & before_first(head_marks);
        word.tail = tail & (is_short ? 0 : before_first(tail_marks));
        word.hash = static_cast<std::uint32_t>(
            detail::fold(word.head ^ detail::first_key, word.tail ^ detail::second_key) >> 32);
        return at + word.length + 1;
    }

    // Requires 16 bytes without white space at `at`.
    static const char* take_long(const char* at, Word& word) {
        std::size_t length = 16;
        std::uint64_t marks = 0;
        while ((marks = white_bytes(load(at + length))) == 0) length += 8;
        length += static_cast<std::size_t>(std::countr_zero(marks)) / 8;
        if (length > std::numeric_limits<std::uint32_t>::max())
            throw std::length_error("a word of more than 4 GB: this is no text");
        word.length = static_cast<std::uint32_t>(length);
        word.head = load(at);
        if (length == Word::inline_bytes) {
            word.tail = load(at + 8);
            word.hash = static_cast<std::uint32_t>(
                detail::fold(word.head ^ detail::first_key, word.tail ^ detail::second_key) >> 32);
        } else {
            word.tail = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(at));
            word.hash = static_cast<std::uint32_t>(detail::hash_bytes({at, length}, detail::first_key) >> 32);
        }
        return at + length + 1;
    }
};

}  // namespace grainscope::workloads
