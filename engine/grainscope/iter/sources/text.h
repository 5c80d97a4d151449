// Text as a source: lines, words, bytes, what stands between separators, and what matches.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include <grainscope/iter/core/splitting.h>
#include <grainscope/iter/sources/cuts.h>
#include <grainscope/iter/sources/numbers.h>
#include <grainscope/iter/sources/ranges.h>

namespace grainscope {

namespace detail {

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

/// Slices of text.
struct TextSlice {
    std::string_view operator()(const char* begin, std::size_t first, std::size_t last) const {
        return {begin + first, last - first};
    }
    [[nodiscard]] static bool wants(std::size_t, std::size_t, std::size_t) { return true; }
};

/// A pattern is a character or a predicate on characters.
struct IsCharacter {
    char wanted;
    constexpr bool operator()(char c) const noexcept { return c == wanted; }
};
[[nodiscard]] constexpr IsCharacter as_predicate(char c) noexcept { return {c}; }
template <std::predicate<char> F>
[[nodiscard]] F as_predicate(F f) {
    return f;
}
template <class Pattern>
concept CharacterPattern = requires(Pattern pattern) {
    as_predicate(std::move(pattern));
};

template <class F>
[[nodiscard]] auto text_between(std::string_view text, F is_separator, bool open) {
    using Rule = SeparatedRule<const char*, F, TextSlice>;
    return CutSource<Rule>(Rule(text.data(), std::move(is_separator), {}), text.size(), open);
}

}  // namespace detail

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

/// What stands between the characters of a text that match: a character or a predicate on characters. n matches make
/// n + 1 parts, empty ones too.
///
///     const auto fields = grainscope::par_split("a,b,,c", ',').count();  // 4
template <detail::CharacterPattern Pattern>
[[nodiscard]] auto par_split(std::string_view text, Pattern pattern) {
    return detail::text_between(text, detail::as_predicate(std::move(pattern)), true);
}
/// The same without the empty part that follows a match at the very end (and none of an empty text).
template <detail::CharacterPattern Pattern>
[[nodiscard]] auto par_split_terminator(std::string_view text, Pattern pattern) {
    auto matches = detail::as_predicate(std::move(pattern));
    const bool open = !text.empty();
    if (open && matches(text.back())) text.remove_suffix(1);
    return detail::text_between(text, std::move(matches), open);
}
/// The characters that match, with where they stand, as std::pair<std::size_t, std::string_view>.
template <detail::CharacterPattern Pattern>
[[nodiscard]] auto par_match_indices(std::string_view text, Pattern pattern) {
    return par_range(std::size_t{0}, text.size())
        .filter([text, matches = detail::as_predicate(std::move(pattern))](std::size_t i) {
            return static_cast<bool>(matches(text[i]));
        })
        .map([text](std::size_t i) { return std::pair(i, text.substr(i, 1)); });
}
/// The characters that match, as std::string_view.
///
///     const auto vowels = grainscope::par_matches("to be", [](char c) { return c == 'o' || c == 'e'; }).count();
template <detail::CharacterPattern Pattern>
[[nodiscard]] auto par_matches(std::string_view text, Pattern pattern) {
    return par_match_indices(text, std::move(pattern)).map([](std::size_t, std::string_view match) { return match; });
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
