// Slices of a range between elements that a predicate picks out: par_split, par_chunk_by; and lines and words of text.
#pragma once

#include <algorithm>
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

/// Lines without their ends. What follows the last line end is a line if it is not empty.
struct LineSlice {
    const char* text_end;
    std::string_view operator()(const char* begin, std::size_t first, std::size_t last) const {
        std::string_view line(begin + first, last - first);
        if (begin + last != text_end && line.ends_with('\r')) line.remove_suffix(1);
        return line;
    }
    [[nodiscard]] static bool wants(std::size_t, std::size_t, std::size_t) { return true; }
};

/// Words: what is empty between two spaces is none.
struct WordSlice {
    std::string_view operator()(const char* begin, std::size_t first, std::size_t last) const {
        return {begin + first, last - first};
    }
    [[nodiscard]] static bool wants(std::size_t begin, std::size_t end, std::size_t) { return begin != end; }
};

[[nodiscard]] constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
struct IsSpace {
    constexpr bool operator()(char c) const noexcept { return is_space(c); }
};
struct IsLineEnd {
    constexpr bool operator()(char c) const noexcept { return c == '\n'; }
};

template <class R, class F>
[[nodiscard]] auto separated(R& range, F is_separator) {
    auto begin = std::ranges::begin(range);
    using Rule = SeparatedRule<decltype(begin), F, EverySlice>;
    return CutSource<Rule>(Rule(begin, std::move(is_separator), {}), static_cast<std::size_t>(std::ranges::size(range)),
                           true);
}

}  // namespace detail

/// The slices between the elements for which f holds, which belong to none; empty ones too: n separators make n + 1
/// slices.
///
///     const std::vector<int> numbers{1, 0, 2, 3};
///     const auto is_zero = [](int x) { return x == 0; };
///     auto lengths = grainscope::par_split(numbers, is_zero).map([](auto part) { return part.size(); });
template <detail::Sliceable R, class F>
[[nodiscard]] auto par_split(R&& range, F f) {
    return detail::separated(std::as_const(range), std::move(f));
}
template <detail::Sliceable R, class F>
[[nodiscard]] auto par_split_mut(R&& range, F f) {
    return detail::separated(range, std::move(f));
}

/// Slices of neighbours for which belongs(previous, next) holds.
template <detail::Sliceable R, class F>
[[nodiscard]] auto par_chunk_by(R&& range, F belongs) {
    auto begin = std::ranges::begin(std::as_const(range));
    using Rule = detail::NeighbourRule<decltype(begin), F>;
    const auto length = static_cast<std::size_t>(std::ranges::size(range));
    return detail::CutSource<Rule>(Rule(begin, std::move(belongs)), length, length > 0);
}
template <detail::Sliceable R, class F>
[[nodiscard]] auto par_chunk_by_mut(R&& range, F belongs) {
    auto begin = std::ranges::begin(range);
    using Rule = detail::NeighbourRule<decltype(begin), F>;
    const auto length = static_cast<std::size_t>(std::ranges::size(range));
    return detail::CutSource<Rule>(Rule(begin, std::move(belongs)), length, length > 0);
}

/// The lines of a text as std::string_view, without "\n" or "\r\n". The text must live until the consumer returns.
[[nodiscard]] inline auto par_lines(std::string_view text) {
    using Rule = detail::SeparatedRule<const char*, detail::IsLineEnd, detail::LineSlice>;
    const char* const end = text.data() + text.size();
    // A line end at the very end ends the last line; no empty line follows it.
    const std::size_t length = text.ends_with('\n') ? text.size() - 1 : text.size();
    return detail::CutSource<Rule>(Rule(text.data(), {}, {end}), length, !text.empty());
}

/// The words of a text: what stands between ASCII white space.
[[nodiscard]] inline auto par_split_whitespace(std::string_view text) {
    using Rule = detail::SeparatedRule<const char*, detail::IsSpace, detail::WordSlice>;
    return detail::CutSource<Rule>(Rule(text.data(), {}, {}), text.size(), !text.empty());
}

/// The bytes of a text. Indexed.
[[nodiscard]] inline auto par_bytes(std::string_view text) {
    return par_iter(std::span(reinterpret_cast<const unsigned char*>(text.data()), text.size()));
}

/// The words of a text, one after the other: a sequential range for use inside closures.
///
///     for (std::string_view word : grainscope::split_whitespace("to be or not")) (void)word;
class SplitWhitespace {
  public:
    explicit SplitWhitespace(std::string_view text) : text_(text) {}

    class iterator {
      public:
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;

        iterator() = default;
        explicit iterator(std::string_view rest) : rest_(rest) { ++*this; }
        std::string_view operator*() const { return word_; }
        iterator& operator++() {
            std::size_t begin = 0;
            while (begin < rest_.size() && detail::is_space(rest_[begin])) ++begin;
            std::size_t end = begin;
            while (end < rest_.size() && !detail::is_space(rest_[end])) ++end;
            word_ = rest_.substr(begin, end - begin);
            rest_.remove_prefix(end);
            return *this;
        }
        iterator operator++(int) {
            iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const iterator& it, std::default_sentinel_t) { return it.word_.empty(); }
        friend bool operator==(const iterator& a, const iterator& b) {
            return a.word_.data() == b.word_.data() && a.word_.size() == b.word_.size();
        }

      private:
        std::string_view rest_, word_;
    };

    [[nodiscard]] iterator begin() const { return iterator(text_); }
    [[nodiscard]] static std::default_sentinel_t end() { return {}; }

  private:
    std::string_view text_;
};
[[nodiscard]] inline SplitWhitespace split_whitespace(std::string_view text) { return SplitWhitespace(text); }

}  // namespace grainscope
