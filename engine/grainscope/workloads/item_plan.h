// The made-up downloads: what each is, and how its server behaves. Client and server know the same without asking.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grainscope::workloads {

struct ItemPlan {
    std::chrono::nanoseconds latency{};  ///< from a request to its answer
    std::chrono::nanoseconds jitter{};   ///< so much more or less, evenly spread
    double errors = 0;                   ///< the share of items that are answered 500
    std::size_t size = 0;                ///< bytes of an item
    std::uint64_t seed = 1;
    friend bool operator==(const ItemPlan&, const ItemPlan&) = default;

    /// One line, and back; none for another line.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<ItemPlan> from(std::string_view text);

    [[nodiscard]] std::chrono::nanoseconds latency_of(std::size_t item) const;
    [[nodiscard]] bool fails(std::size_t item) const;
};

/// The bytes of all items of a plan: each is a part of one text of random letters.
class ItemBytes {
  public:
    ItemBytes() : ItemBytes(ItemPlan()) {}
    explicit ItemBytes(const ItemPlan& plan);
    [[nodiscard]] std::string_view of(std::size_t item) const;

  private:
    std::string text_;
    std::size_t size_;
};

/// "/items/17", and back.
[[nodiscard]] std::string target_of(std::size_t item);
[[nodiscard]] std::optional<std::size_t> item_of(std::string_view target);

}  // namespace grainscope::workloads
