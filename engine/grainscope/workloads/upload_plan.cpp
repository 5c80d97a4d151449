#include <grainscope/workloads/upload_plan.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include <fmt/format.h>

#include <grainscope/workloads/random.h>

namespace grainscope::workloads {

namespace {

constexpr std::string_view prefix = "upload-";
constexpr std::size_t shortest_word = 3, kinds_of_length = 8;
/// Of the words that come again.
constexpr std::uint64_t vocabulary = 500;

/// A word of letters and the blank behind it, by its number alone.
void append_word(std::string& text, std::uint64_t number) {
    std::uint64_t letters = mix(number);
    for (std::size_t length = shortest_word + letters % kinds_of_length; length > 0; --length) {
        letters = mix(letters + length);
        text += static_cast<char>('a' + letters % 26);
    }
    text += ' ';
}

}  // namespace

std::string UploadPlan::text() const { return fmt::format("{} {} {} {}", count, size, concurrency, seed); }

std::optional<UploadPlan> UploadPlan::from(std::string_view text) {
    std::istringstream words{std::string(text)};
    UploadPlan plan;
    std::string rest;
    if (!(words >> plan.count >> plan.size >> plan.concurrency >> plan.seed) || words >> rest) return std::nullopt;
    return plan;
}

std::string UploadPlan::bytes_of(std::size_t item) const {
    std::string text;
    text.reserve(size + shortest_word + kinds_of_length);
    for (std::uint64_t word = 0; text.size() < size; ++word) {
        const std::uint64_t chosen = random_at(seed ^ mix(item), word);
        append_word(text, chosen % 2 == 0 ? scale_to(chosen, vocabulary) : chosen);
    }
    text.resize(size);
    return text;
}

std::string upload_name(std::size_t item) { return fmt::format("{}{:06}", prefix, item); }

std::optional<std::size_t> upload_of(std::string_view name) {
    if (!name.starts_with(prefix)) return std::nullopt;
    std::size_t item = 0;
    const auto [end, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), item);
    if (error != std::errc() || end != name.data() + name.size() || upload_name(item) != name) return std::nullopt;
    return item;
}

}  // namespace grainscope::workloads
