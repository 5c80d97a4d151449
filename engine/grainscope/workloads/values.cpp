// From the text of a command line to checked values.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include <grainscope/backends/nearest_name.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

std::unexpected<Failure> wrong(std::string message) {
    return std::unexpected(Failure{Failure::Kind::command_line, std::move(message)});
}

struct Number {
    double value = 0;
    std::optional<std::int64_t> whole;  // exact, where the text is a plain whole number
};

// "10000000", "1e7", "10M", "0.5", "-3". A multiplier is k, M, G or T, a power of 1,000.
std::optional<Number> parse_number(std::string_view text) {
    double multiplier = 1;
    if (!text.empty()) {
        switch (text.back()) {
            case 'k':
            case 'K':
                multiplier = 1e3;
                break;
            case 'M':
                multiplier = 1e6;
                break;
            case 'G':
                multiplier = 1e9;
                break;
            case 'T':
                multiplier = 1e12;
                break;
            default:
                break;
        }
        if (multiplier != 1) text.remove_suffix(1);
    }
    const char* const end = text.data() + text.size();
    Number number;
    std::int64_t whole = 0;
    if (const auto [stop, error] = std::from_chars(text.data(), end, whole);
        error == std::errc() && stop == end && multiplier == 1) {
        number.whole = whole;
    }
    const auto [stop, error] = std::from_chars(text.data(), end, number.value);
    if (error != std::errc() || stop != end || !std::isfinite(number.value)) return std::nullopt;
    number.value *= multiplier;
    if (!number.whole && number.value == std::floor(number.value) && std::fabs(number.value) < 9.2e18)
        number.whole = static_cast<std::int64_t>(number.value);
    return number;
}

// A bound as a person writes it: 1000000000, 0.5, 1e+15.
std::string bound_text(double bound) {
    if (bound == std::floor(bound) && std::fabs(bound) < 1e15) return fmt::format("{:.0f}", bound);
    return fmt::format("{:g}", bound);
}

std::string out_of_range(const Parameter& parameter, std::string_view text) {
    return fmt::format("{} must be between {} and {}, got {}", parameter.name, bound_text(parameter.minimum),
                       bound_text(parameter.maximum), text);
}

std::expected<Value, Failure> parse_choice(const Parameter& parameter, std::string_view text) {
    std::vector<std::string> names;
    for (const Choice& choice : parameter.choices) {
        if (choice.name == text) return Value(choice.name);
        names.push_back(choice.name);
    }
    return wrong(fmt::format("{} has no choice \"{}\"; did you mean \"{}\"? (choices: {})", parameter.name, text,
                             backends::nearest_name(text, names), backends::comma_list(names)));
}

}  // namespace

std::expected<Value, Failure> parse_value(const Parameter& parameter, std::string_view text) {
    switch (parameter.kind) {
        case Parameter::Kind::integer: {
            const std::optional<Number> number = parse_number(text);
            if (!number)
                return wrong(
                    fmt::format("{} must be a whole number such as 1000, 1e3 or 1k, got \"{}\"", parameter.name, text));
            if (number->value < parameter.minimum || number->value > parameter.maximum)
                return wrong(out_of_range(parameter, text));
            if (!number->whole) return wrong(fmt::format("{} must be a whole number, got {}", parameter.name, text));
            return Value(*number->whole);
        }
        case Parameter::Kind::real: {
            const std::optional<Number> number = parse_number(text);
            if (!number) return wrong(fmt::format("{} must be a number such as 1.5, got \"{}\"", parameter.name, text));
            if (number->value < parameter.minimum || number->value > parameter.maximum)
                return wrong(out_of_range(parameter, text));
            return Value(number->value);
        }
        case Parameter::Kind::boolean: {
            for (const std::string_view yes : {"true", "on", "yes", "1"})
                if (text == yes) return Value(true);
            for (const std::string_view no : {"false", "off", "no", "0"})
                if (text == no) return Value(false);
            return wrong(fmt::format("{} must be true or false, got \"{}\"", parameter.name, text));
        }
        case Parameter::Kind::choice:
            return parse_choice(parameter, text);
        case Parameter::Kind::file:
            return Value(std::string(text));
    }
    return wrong(fmt::format("{} is of an unknown kind", parameter.name));
}

std::expected<Values, Failure> parse_values(const Description& description,
                                            std::span<const std::pair<std::string, std::string>> given) {
    Values values;
    for (const Parameter& parameter : description.parameters) values[parameter.name] = parameter.default_value;
    for (const auto& [name, text] : given) {
        const auto parameter = std::ranges::find(description.parameters, name, &Parameter::name);
        if (parameter == description.parameters.end()) {
            if (description.parameters.empty())
                return wrong(fmt::format("{} has no parameters, got \"{}\"", description.name, name));
            std::vector<std::string> names;
            for (const Parameter& known : description.parameters) names.push_back(known.name);
            return wrong(fmt::format("{} has no parameter \"{}\"; did you mean \"{}\"?", description.name, name,
                                     backends::nearest_name(name, names)));
        }
        std::expected<Value, Failure> value = parse_value(*parameter, text);
        if (!value) return std::unexpected(std::move(value.error()));
        values[name] = std::move(*value);
    }
    return values;
}

std::string to_string(const Value& value) {
    struct Text {
        std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
        std::string operator()(double number) const { return fmt::format("{}", number); }
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
        std::string operator()(const std::string& text) const { return text; }
    };
    return std::visit(Text{}, value);
}

}  // namespace grainscope::workloads
