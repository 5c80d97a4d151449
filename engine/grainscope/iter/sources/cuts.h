// Slices of a range between elements that a predicate picks out: par_split, par_split_inclusive, par_chunk_by.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <string_view>
#include <type_traits>
#include <utility>

#include <grainscope/iter/core/splitting.h>
#include <grainscope/iter/sources/ranges.h>
#include <grainscope/iter/sources/slices.h>

namespace grainscope {

namespace detail {

/// Slices of [0, length). Rule: `next(from, last)` is the end of the slice that begins at `from` and where the one
/// after it begins, and `seam(from, last)` is a place at or behind `from` where a slice begins, or `last`. `after_end`:
/// whether a separator at the very end is followed by one more, empty slice.
template <class Rule>
struct CutPart {
    const Rule* rule;
    std::size_t first;  ///< where a slice begins
    std::size_t last;   ///< where this part's slices end
    bool open;          ///< whether a slice is still to come (it may be empty)

    std::optional<CutPart> split() {
        if (!open || last - first < 2) return std::nullopt;
        const std::size_t seam = rule->seam(first + (last - first) / 2, last);
        if (seam >= last) return std::nullopt;
        // The left part's last slice ends before the separator.
        CutPart right{rule, seam, last, open};
        last = seam - rule->separator_length();
        return right;
    }
    template <class Folder>
    bool feed(Folder& folder, std::size_t n) {
        for (; n > 0 && open; --n) {
            const auto [end, next] = rule->next(first, last);
            const std::size_t begin = std::exchange(first, next);
            open = next <= last && end != last;
            if (rule->wants(begin, end, last) && !feed_one(folder, rule->slice(begin, end))) return false;
        }
        return open;
    }
};

/// Elements for which `is_separator` holds stand between slices, and belong to none.
template <class Iterator, class F, class Make>
class SeparatedRule {
  public:
    SeparatedRule(Iterator begin, F is_separator, Make make)
        : begin_(begin), is_separator_(std::move(is_separator)), make_(std::move(make)) {}

    [[nodiscard]] std::pair<std::size_t, std::size_t> next(std::size_t from, std::size_t last) const {
        while (from < last && !separates(from)) ++from;
        return {from, from + 1};
    }
    [[nodiscard]] std::size_t seam(std::size_t from, std::size_t last) const {
        while (from < last && !separates(from)) ++from;
        return from < last ? from + 1 : last + 1;
    }
    [[nodiscard]] static std::size_t separator_length() { return 1; }
    [[nodiscard]] bool wants(std::size_t begin, std::size_t end, std::size_t last) const {
        return make_.wants(begin, end, last);
    }
    [[nodiscard]] auto slice(std::size_t begin, std::size_t end) const { return make_(begin_, begin, end); }

  private:
    [[nodiscard]] bool separates(std::size_t i) const {
        return static_cast<bool>(std::invoke(is_separator_, begin_[static_cast<std::iter_difference_t<Iterator>>(i)]));
    }

    Iterator begin_;
    F is_separator_;
    Make make_;
};

/// Elements for which `is_separator` holds end a slice, and belong to it.
template <class Iterator, class F>
class TerminatedRule {
  public:
    TerminatedRule(Iterator begin, F is_terminator) : begin_(begin), is_terminator_(std::move(is_terminator)) {}

    [[nodiscard]] std::pair<std::size_t, std::size_t> next(std::size_t from, std::size_t last) const {
        const std::size_t end = seam(from, last);
        return {end, end};
    }
    [[nodiscard]] std::size_t seam(std::size_t from, std::size_t last) const {
        while (from < last && !terminates(from)) ++from;
        return std::min(from + 1, last);
    }
    [[nodiscard]] static std::size_t separator_length() { return 0; }
    [[nodiscard]] static bool wants(std::size_t, std::size_t, std::size_t) { return true; }
    [[nodiscard]] auto slice(std::size_t begin, std::size_t end) const { return detail::slice(begin_, begin, end); }

  private:
    [[nodiscard]] bool terminates(std::size_t i) const {
        return static_cast<bool>(std::invoke(is_terminator_, begin_[static_cast<std::iter_difference_t<Iterator>>(i)]));
    }

    Iterator begin_;
    F is_terminator_;
};

/// A slice goes on as long as `belongs(previous, next)` holds.
template <class Iterator, class F>
class NeighbourRule {
  public:
    NeighbourRule(Iterator begin, F belongs) : begin_(begin), belongs_(std::move(belongs)) {}

    [[nodiscard]] std::pair<std::size_t, std::size_t> next(std::size_t from, std::size_t last) const {
        std::size_t end = from + 1;
        while (end < last && joined(end)) ++end;
        return {end, end};
    }
    [[nodiscard]] std::size_t seam(std::size_t from, std::size_t last) const {
        while (from < last && joined(from)) ++from;
        return from;
    }
    [[nodiscard]] static std::size_t separator_length() { return 0; }
    [[nodiscard]] static bool wants(std::size_t, std::size_t, std::size_t) { return true; }
    [[nodiscard]] auto slice(std::size_t begin, std::size_t end) const { return detail::slice(begin_, begin, end); }

  private:
    [[nodiscard]] bool joined(std::size_t i) const {
        const auto at = static_cast<std::iter_difference_t<Iterator>>(i);
        return static_cast<bool>(std::invoke(belongs_, begin_[at - 1], begin_[at]));
    }

    Iterator begin_;
    F belongs_;
};

template <class Rule>
class CutSource : public SplittingSource<CutSource<Rule>> {
  public:
    using Item = decltype(std::declval<const Rule&>().slice(0, 0));

    /// `open`: whether there is any slice at all.
    CutSource(Rule rule, std::size_t length, bool open) : rule_(std::move(rule)), length_(length), open_(open) {}
    [[nodiscard]] CutPart<Rule> part() const { return {&rule_, 0, length_, open_}; }

  private:
    Rule rule_;
    std::size_t length_;
    bool open_;
};

/// Slices as they are.
struct EverySlice {
    template <class Iterator>
    auto operator()(Iterator begin, std::size_t first, std::size_t last) const {
        return slice(begin, first, last);
    }
    [[nodiscard]] static bool wants(std::size_t, std::size_t, std::size_t) { return true; }
};

template <class R, class F>
[[nodiscard]] auto separated(R& range, F is_separator) {
    auto begin = std::ranges::begin(range);
    using Rule = SeparatedRule<decltype(begin), F, EverySlice>;
    return CutSource<Rule>(Rule(begin, std::move(is_separator), {}), static_cast<std::size_t>(std::ranges::size(range)),
                           true);
}

template <class R, class F>
[[nodiscard]] auto terminated(R& range, F is_terminator) {
    auto begin = std::ranges::begin(range);
    using Rule = TerminatedRule<decltype(begin), F>;
    const auto length = static_cast<std::size_t>(std::ranges::size(range));
    return CutSource<Rule>(Rule(begin, std::move(is_terminator)), length, length > 0);
}

}  // namespace detail

/// The slices between the elements for which f holds, which belong to none; empty ones too: n separators make n + 1
/// slices. Of text: see par_split in text.h.
///
///     const std::vector<int> numbers{1, 0, 2, 3};
///     const auto is_zero = [](int x) { return x == 0; };
///     auto lengths = grainscope::par_split(numbers, is_zero).map([](auto part) { return part.size(); });
template <detail::Sliceable R, class F>
requires(!std::convertible_to<R, std::string_view>) [[nodiscard]] auto par_split(R&& range, F f) {
    return detail::separated(std::as_const(range), std::move(f));
}
template <detail::ChangeableSliceable R, class F>
[[nodiscard]] auto par_split_mut(R&& range, F f) {
    return detail::separated(range, std::move(f));
}

/// The same with the elements for which f holds at the ends of their slices; no empty slice follows the last one.
template <detail::Sliceable R, class F>
[[nodiscard]] auto par_split_inclusive(R&& range, F f) {
    return detail::terminated(std::as_const(range), std::move(f));
}
template <detail::ChangeableSliceable R, class F>
[[nodiscard]] auto par_split_inclusive_mut(R&& range, F f) {
    return detail::terminated(range, std::move(f));
}

/// Slices of neighbours for which belongs(previous, next) holds.
template <detail::Sliceable R, class F>
[[nodiscard]] auto par_chunk_by(R&& range, F belongs) {
    auto begin = std::ranges::begin(std::as_const(range));
    using Rule = detail::NeighbourRule<decltype(begin), F>;
    const auto length = static_cast<std::size_t>(std::ranges::size(range));
    return detail::CutSource<Rule>(Rule(begin, std::move(belongs)), length, length > 0);
}
template <detail::ChangeableSliceable R, class F>
[[nodiscard]] auto par_chunk_by_mut(R&& range, F belongs) {
    auto begin = std::ranges::begin(range);
    using Rule = detail::NeighbourRule<decltype(begin), F>;
    const auto length = static_cast<std::size_t>(std::ranges::size(range));
    return detail::CutSource<Rule>(Rule(begin, std::move(belongs)), length, length > 0);
}

}  // namespace grainscope
