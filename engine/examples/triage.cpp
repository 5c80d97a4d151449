// partition_map: one pass over mixed input gives two lists, each in its order: what could be read, and what could not,
// with the reason. unzip does the same to pairs. Nothing stops at the first mistake; csv_average shows how that is
// done.
//
//     triage [entry ...]
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

struct Reading {
    std::string sensor;
    int value = 0;
    bool operator==(const Reading&) const = default;
};
using Complaint = std::string;

/// An entry is sensor=value.
std::variant<Reading, Complaint> parse_entry(const std::string& entry) {
    const std::size_t sign = entry.find('=');
    if (sign == std::string::npos || sign == 0) return "no sensor: " + entry;
    int value = 0;
    const auto [end, error] = std::from_chars(entry.data() + sign + 1, entry.data() + entry.size(), value);
    if (error != std::errc() || end != entry.data() + entry.size()) return "no number: " + entry;
    return Reading{entry.substr(0, sign), value};
}

std::vector<std::string> made_up_entries(int count) {
    std::vector<std::string> entries;
    for (int i = 0; i < count; ++i) {
        const std::string sensor = i % 101 == 7 ? std::string() : std::string{'s', static_cast<char>('0' + i % 10)};
        entries.push_back(sensor + "=" + (i % 97 == 5 ? "oops" : std::to_string(i)));
    }
    return entries;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> entries =
        argc > 1 ? std::vector<std::string>(argv + 1, argv + argc) : made_up_entries(5000);
    const auto [readings, complaints] = grainscope::par_iter(entries).partition_map(parse_entry);
    const auto [sensors, values] =
        grainscope::par_iter(readings).map([](const Reading& r) { return std::pair(r.sensor, r.value); }).unzip();
    std::printf("%zu readings, %zu complaints\n", readings.size(), complaints.size());
    if (!complaints.empty()) std::printf("the first: %s\n", complaints.front().c_str());

    std::vector<Reading> expected;
    std::vector<Complaint> expected_complaints;
    for (const std::string& entry : entries) {
        const auto result = parse_entry(entry);
        if (const auto* reading = std::get_if<Reading>(&result)) expected.push_back(*reading);
        if (const auto* complaint = std::get_if<Complaint>(&result)) expected_complaints.push_back(*complaint);
    }
    if (readings != expected || complaints != expected_complaints || sensors.size() != values.size()) {
        std::fprintf(stderr, "triage: entry by entry there are %zu readings\n", expected.size());
        return 1;
    }
    return 0;
}
