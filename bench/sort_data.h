// What the sorts sort. bench/rust/src/sort_data.rs makes the same.
#pragma once

#include <grainscope/study/random.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grainscope::bench {

enum class Order : std::uint8_t { random, sorted, reversed, few, nearly, organ_pipe };

struct NamedOrder {
    Order order;
    std::string_view name;
};
inline constexpr std::array<NamedOrder, 6> orders{{{Order::random, "random"},
                                                   {Order::sorted, "sorted"},
                                                   {Order::reversed, "reversed"},
                                                   {Order::few, "few"},
                                                   {Order::nearly, "nearly"},
                                                   {Order::organ_pipe, "organ-pipe"}}};

/// What is compared, as whole numbers: all but `random`, which each type draws in its own way.
inline std::vector<std::uint64_t> ranks(std::size_t n, Order order) {
    study::SplitMix64 random(7);
    std::vector<std::uint64_t> made(n);
    for (std::size_t i = 0; i < n; ++i) {
        switch (order) {
            case Order::random:
                made[i] = random();
                break;
            case Order::few:
                made[i] = random.below(16);
                break;
            case Order::reversed:
                made[i] = n - i;
                break;
            case Order::organ_pipe:
                made[i] = i < n / 2 ? i : n - i;
                break;
            case Order::sorted:
            case Order::nearly:
                made[i] = i;
                break;
        }
    }
    // One in a hundred is exchanged with any other.
    if (order == Order::nearly)
        for (std::size_t i = 0; i < n / 100; ++i) {
            const std::size_t a = random.below(n), b = random.below(n);
            std::swap(made[a], made[b]);
        }
    return made;
}

/// Sixteen letters that compare as the number does.
inline std::string letters(std::uint64_t rank) {
    std::string text(16, 'a');
    for (auto letter = text.rbegin(); rank > 0 && letter != text.rend(); ++letter, rank /= 26)
        *letter = static_cast<char>('a' + rank % 26);
    return text;
}

template <std::same_as<std::uint64_t>>
std::vector<std::uint64_t> sort_data(std::size_t n, Order order) {
    return ranks(n, order);
}

template <std::same_as<double>>
std::vector<double> sort_data(std::size_t n, Order order) {
    std::vector<double> made(n);
    if (order == Order::random) {
        study::SplitMix64 random(9);
        for (double& x : made) x = random.uniform();
    } else {
        const std::vector<std::uint64_t> from = ranks(n, order);
        for (std::size_t i = 0; i < n; ++i) made[i] = static_cast<double>(from[i]);
    }
    return made;
}

/// Random ones have 16 to 24 letters: too long for the string object itself.
template <std::same_as<std::string>>
std::vector<std::string> sort_data(std::size_t n, Order order) {
    std::vector<std::string> made(n);
    if (order == Order::random) {
        study::SplitMix64 random(11);
        for (std::string& text : made) {
            text.resize(16 + random.below(9));
            for (char& letter : text) letter = static_cast<char>('a' + random.below(26));
        }
    } else {
        const std::vector<std::uint64_t> from = ranks(n, order);
        for (std::size_t i = 0; i < n; ++i) made[i] = letters(from[i]);
    }
    return made;
}

}  // namespace grainscope::bench
