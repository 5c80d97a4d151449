#include <grainscope/workloads/sort_data.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <grainscope/workloads/random.h>

namespace grainscope::workloads {

namespace {

constexpr std::uint64_t unique_values = 16;

struct Named {
    const char* name;
    const char* label;
};
constexpr std::array<Named, 7> distributions{{{"random", "Random"},
                                              {"sorted", "Sorted"},
                                              {"reversed", "Reversed"},
                                              {"organ-pipe", "Organ pipe (up, then down)"},
                                              {"few-uniques", "Few uniques (16 values)"},
                                              {"nearly-sorted", "Nearly sorted (1 % swapped)"},
                                              {"zipf", "Zipf (a few values very often)"}}};
constexpr std::array<Named, 4> types{
    {{"u64", "64-bit unsigned"}, {"i32", "32-bit signed"}, {"f64", "64-bit floating point"}, {"string", "Text"}}};

template <std::size_t N>
std::vector<Choice> choices_of(const std::array<Named, N>& names) {
    std::vector<Choice> choices;
    for (const Named& named : names) choices.push_back({named.name, named.label});
    return choices;
}

template <std::size_t N>
std::size_t index_of(const std::array<Named, N>& names, std::string_view name) {
    const auto place = std::ranges::find(names, name, [](const Named& named) { return std::string_view(named.name); });
    return place == names.end() ? 0 : static_cast<std::size_t>(place - names.begin());
}

// What a type makes of a key in [0, count), keeping the order of the keys, and of 64 random bits.
template <class T>
struct Make;

template <>
struct Make<std::uint64_t> {
    static std::uint64_t from_key(std::uint64_t key, std::uint64_t) { return key; }
    static std::uint64_t from_bits(std::uint64_t bits, std::uint64_t) { return bits; }
};

template <>
struct Make<std::int32_t> {
    static std::int32_t from_key(std::uint64_t key, std::uint64_t count) {
        constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
        return static_cast<std::int32_t>(count <= most ? key : key / (count / most + 1));
    }
    static std::int32_t from_bits(std::uint64_t bits, std::uint64_t) {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits >> 32));
    }
};

template <>
struct Make<double> {
    static double from_key(std::uint64_t key, std::uint64_t) { return static_cast<double>(key); }
    static double from_bits(std::uint64_t bits, std::uint64_t) { return to_unit(bits); }
};

template <>
struct Make<std::string> {
    // Letters of fixed width, so that text order is the keys' order.
    static std::string from_key(std::uint64_t key, std::uint64_t) {
        std::string text(11, 'a');  // 26^11 > 2^51
        for (std::size_t i = text.size(); i-- > 0; key /= 26) text[i] = static_cast<char>('a' + key % 26);
        return text;
    }
    // 6 to 15 letters: they stay inside the string object, as most words do.
    static std::string from_bits(std::uint64_t bits, std::uint64_t second_bits) {
        std::string text(6 + scale_to(second_bits, 10), 'a');
        for (std::size_t i = 0; i < text.size(); ++i) {
            std::uint64_t& source = i < 13 ? bits : second_bits;  // 26^13 < 2^64
            text[i] = static_cast<char>('a' + source % 26);
            source /= 26;
        }
        return text;
    }
};

template <class T>
std::vector<T> make(Distribution distribution, std::size_t count, std::uint64_t seed) {
    std::vector<T> data;
    data.reserve(count);
    const auto fill = [&](auto element) {
        for (std::uint64_t i = 0; i < count; ++i) data.push_back(element(i));
    };
    const auto key = [count](std::uint64_t i) { return Make<T>::from_key(i, count); };
    switch (distribution) {
        case Distribution::random:
            fill([&](std::uint64_t i) { return Make<T>::from_bits(random_at(seed, i), random_at(~seed, i)); });
            break;
        case Distribution::sorted:
            fill(key);
            break;
        case Distribution::reversed:
            fill([&](std::uint64_t i) { return key(count - 1 - i); });
            break;
        case Distribution::organ_pipe:
            fill([&](std::uint64_t i) { return key(std::min(i, count - 1 - i)); });
            break;
        case Distribution::few_uniques:
            fill([&](std::uint64_t i) { return key(scale_to(random_at(seed, i), unique_values)); });
            break;
        case Distribution::nearly_sorted:
            fill(key);
            for (std::uint64_t i = 0; i < count / 100; ++i)
                std::swap(data[scale_to(random_at(seed, 2 * i), count)],
                          data[scale_to(random_at(seed, 2 * i + 1), count)]);
            break;
        case Distribution::zipf: {
            // Exponent 1: the inverse of the distribution function of density 1/x on [1, count + 1).
            const double log_range = std::log(static_cast<double>(count) + 1);
            fill([&](std::uint64_t i) {
                const double rank = std::exp(to_unit(random_at(seed, i)) * log_range) - 1;
                return key(std::min(static_cast<std::uint64_t>(rank), static_cast<std::uint64_t>(count) - 1));
            });
            break;
        }
    }
    return data;
}

}  // namespace

std::vector<Choice> distribution_choices() { return choices_of(distributions); }
std::vector<Choice> element_type_choices() { return choices_of(types); }

Distribution distribution_named(std::string_view name) {
    return static_cast<Distribution>(index_of(distributions, name));
}
std::size_t element_type_named(std::string_view name) { return index_of(types, name); }

Elements make_elements(std::size_t type, Distribution distribution, std::size_t count, std::uint64_t seed) {
    seed = mix(seed + 0x9e3779b97f4a7c15U);  // neighbouring seeds share no stretch of their sequences
    switch (type) {
        case 0:
            return make<std::uint64_t>(distribution, count, seed);
        case 1:
            return make<std::int32_t>(distribution, count, seed);
        case 2:
            return make<double>(distribution, count, seed);
        default:
            return make<std::string>(distribution, count, seed);
    }
}

std::size_t element_bytes(std::size_t type) {
    constexpr std::array<std::size_t, 4> bytes{sizeof(std::uint64_t), sizeof(std::int32_t), sizeof(double),
                                               sizeof(std::string)};
    return bytes[type];
}

}  // namespace grainscope::workloads
