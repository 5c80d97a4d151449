// A text as texts are: few words often, many words seldom.
#pragma once

#include <cstddef>
#include <string>

namespace grainscope::bench {

/// Words of 3 to 10 letters with one space behind each, until there are at least `bytes`. The k-th word of the
/// vocabulary comes with a probability in proportion to 1/k (Zipf's law). bench/rust/src/words.rs makes the same.
[[nodiscard]] std::string zipf_text(std::size_t bytes, std::size_t vocabulary);

}  // namespace grainscope::bench
