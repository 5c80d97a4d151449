// Whether a sorted array is the answer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <expected>
#include <span>
#include <string>

#include <fmt/format.h>

#include <grainscope/workloads/multiset_hash.h>

namespace grainscope::workloads {

/// A right answer is in order and holds what came in: neither alone would do. The message names the first place that is
/// out of order, counted from 1.
template <class T>
[[nodiscard]] std::expected<void, std::string> check_sorted(std::span<const T> answer, const MultisetHash& question) {
    const auto fall = std::ranges::adjacent_find(answer, [](const T& a, const T& b) { return b < a; });
    if (fall != answer.end()) {
        const auto place = static_cast<std::size_t>(fall - answer.begin()) + 1;
        return std::unexpected(
            fmt::format("not sorted: element {} is greater than element {}, its successor", place, place + 1));
    }
    if (hash_multiset(answer) != question)
        return std::unexpected(
            std::string("sorted, but not the elements that came in: one is missing, doubled or changed"));
    return {};
}

}  // namespace grainscope::workloads
