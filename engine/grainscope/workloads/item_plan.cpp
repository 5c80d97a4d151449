#include <grainscope/workloads/item_plan.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include <fmt/format.h>

#include <grainscope/workloads/random.h>

namespace grainscope::workloads {

namespace {

constexpr std::string_view folder = "/items/";
/// Items begin at one of so many places of the text.
constexpr std::size_t beginnings = 4093;
/// Apart from each other: that an item fails says nothing of its latency.
constexpr std::uint64_t latency_stream = 0x6c61, error_stream = 0x6572, text_stream = 0x7478;

/// In [0, 1), by the seed and the item alone.
double chance(std::uint64_t seed, std::uint64_t stream, std::size_t item) {
    return to_unit(random_at(seed ^ mix(stream), item));
}

}  // namespace

std::string ItemPlan::text() const {
    return fmt::format("{} {} {} {} {}", latency.count(), jitter.count(), errors, size, seed);
}

std::optional<ItemPlan> ItemPlan::from(std::string_view text) {
    std::istringstream words{std::string(text)};
    std::int64_t latency = 0, jitter = 0;
    ItemPlan plan;
    std::string rest;
    if (!(words >> latency >> jitter >> plan.errors >> plan.size >> plan.seed) || words >> rest) return std::nullopt;
    plan.latency = std::chrono::nanoseconds(latency);
    plan.jitter = std::chrono::nanoseconds(jitter);
    return plan;
}

std::chrono::nanoseconds ItemPlan::latency_of(std::size_t item) const {
    const double apart = (2 * chance(seed, latency_stream, item) - 1) * static_cast<double>(jitter.count());
    return std::max(std::chrono::nanoseconds(0), latency + std::chrono::nanoseconds(static_cast<std::int64_t>(apart)));
}

bool ItemPlan::fails(std::size_t item) const { return chance(seed, error_stream, item) < errors; }

ItemBytes::ItemBytes(const ItemPlan& plan) : size_(plan.size) {
    text_.resize(beginnings + size_);
    for (std::size_t i = 0; i < text_.size(); ++i)
        text_[i] = static_cast<char>('a' + random_at(plan.seed ^ mix(text_stream), i) % 26);
}

std::string_view ItemBytes::of(std::size_t item) const {
    return std::string_view(text_).substr(item % beginnings, size_);
}

std::string target_of(std::size_t item) { return fmt::format("{}{}", folder, item); }

std::optional<std::size_t> item_of(std::string_view target) {
    if (!target.starts_with(folder)) return std::nullopt;
    target.remove_prefix(folder.size());
    std::size_t item = 0;
    const auto [end, error] = std::from_chars(target.data(), target.data() + target.size(), item);
    if (error != std::errc() || end != target.data() + target.size()) return std::nullopt;
    return item;
}

}  // namespace grainscope::workloads
