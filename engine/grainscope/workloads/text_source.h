// Texts: the user's file or folder, or words made up from a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

struct Text {
    std::string bytes;  ///< `size` bytes, and the padding that was asked for: blanks
    std::size_t size = 0;
    std::vector<ItemFailure> failures;  ///< files that hold no text or could not be read
};

/// Reads a text file, or all text files below a folder, in the order of their paths, with a line end after each. In a
/// folder, a file that cannot be read, is no file or is binary (it holds a zero byte) is an item's failure. A path that
/// gives no text at all is Failure::Kind::file; more than the memory that is free is Failure::Kind::memory.
[[nodiscard]] std::expected<Text, Failure> read_text(const std::string& path, std::size_t padding);

/// At least `size` bytes of words of 3 to 10 letters, twelve a line. The word of rank k among `vocabulary` comes with
/// a frequency of 1/k (Zipf's law), drawn by the alias method (Walker, 1977; Vose, 1991). The same text for the same
/// arguments; about 15 ns a word.
[[nodiscard]] Text make_zipf_text(std::size_t size, std::size_t vocabulary, std::uint64_t seed, std::size_t padding);

}  // namespace grainscope::workloads
