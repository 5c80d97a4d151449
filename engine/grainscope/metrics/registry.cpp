#include <grainscope/metrics/registry.h>

#include <charconv>
#include <set>
#include <stdexcept>
#include <type_traits>

namespace grainscope {

namespace {

constexpr const char* kind_of(const std::unique_ptr<Counter>&) { return "counter"; }
constexpr const char* kind_of(const std::unique_ptr<ShardedCounter>&) { return "sharded counter"; }
constexpr const char* kind_of(const std::unique_ptr<Gauge>&) { return "gauge"; }
constexpr const char* kind_of(const std::unique_ptr<Histogram>&) { return "histogram"; }

HistogramSnapshot snapshot_of(const Histogram& histogram) {
    HistogramSnapshot result;
    result.sum = histogram.sum();
    result.p50 = histogram.quantile(0.5).value_or(0);
    result.p90 = histogram.quantile(0.9).value_or(0);
    result.p99 = histogram.quantile(0.99).value_or(0);
    result.max = histogram.max().value_or(0);
    for (std::uint64_t bound = 0;; bound = 2 * bound + 1) {
        result.at_most.emplace_back(bound, histogram.count_at_most(bound));
        if (bound >= result.max) break;
    }
    // Those that came in meanwhile may lie above the last bound; the last bucket of all must not hold less.
    result.count = std::max(histogram.count(), result.at_most.back().second);
    return result;
}

// -- Prometheus' text format, version 0.0.4 --------------------------------------------------------------------------

std::string valid_name(std::string_view name) {
    std::string valid;
    for (const char c : name) {
        const bool digit = c >= '0' && c <= '9';
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
        if (digit && valid.empty()) valid += '_';
        valid += digit || letter ? c : '_';
    }
    return valid;
}

/// The name, or the name with a number behind it, so that it is nobody else's, nor what a histogram adds to its own.
std::string unused_name(const std::string& wanted, bool is_histogram, std::set<std::string>& used) {
    for (int number = 1;; ++number) {
        const std::string name = number == 1 ? wanted : wanted + '_' + std::to_string(number);
        std::vector<std::string> taken{name};
        if (is_histogram) taken = {name, name + "_bucket", name + "_sum", name + "_count"};
        bool free = true;
        for (const auto& each : taken) free = free && !used.contains(each);
        if (!free) continue;
        used.insert(taken.begin(), taken.end());
        return name;
    }
}

std::string escaped_help(std::string_view help) {
    std::string escaped;
    for (const char c : help) {
        if (c == '\\') {
            escaped += "\\\\";
        } else if (c == '\n') {
            escaped += "\\n";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

/// The shortest text that reads as the same number, in every locale.
std::string text_of(double value) {
    char buffer[32];
    const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
    return {buffer, result.ptr};
}

void append(std::string& text, const std::string& name, std::string_view help, const char* type) {
    if (!help.empty()) text += "# HELP " + name + ' ' + escaped_help(help) + '\n';
    text += "# TYPE " + name + ' ' + type + '\n';
}

void append_values(std::string& text, const std::string& name, const HistogramSnapshot& histogram) {
    for (const auto& [bound, count] : histogram.at_most) {
        text += name + "_bucket{le=\"" + std::to_string(bound) + "\"} " + std::to_string(count) + '\n';
    }
    text += name + "_bucket{le=\"+Inf\"} " + std::to_string(histogram.count) + '\n';
    text += name + "_sum " + text_of(histogram.sum) + '\n';
    text += name + "_count " + std::to_string(histogram.count) + '\n';
}

}  // namespace

template <class M>
M& MetricsRegistry::find_or_make(std::string_view name, std::string_view help) {
    if (name.empty()) throw std::invalid_argument("MetricsRegistry: a metric needs a name");
    const std::lock_guard lock(mutex_);
    auto place = entries_.find(name);
    if (place == entries_.end()) place = entries_.emplace(name, Entry{std::make_unique<M>(), {}}).first;
    Entry& entry = place->second;
    auto* const metric = std::get_if<std::unique_ptr<M>>(&entry.metric);
    if (metric == nullptr) {
        const char* const is = std::visit([](const auto& other) { return kind_of(other); }, entry.metric);
        throw std::invalid_argument("MetricsRegistry: \"" + std::string(name) + "\" is a " + is +
                                    " already and cannot be a " + kind_of(std::unique_ptr<M>()) + " too");
    }
    if (entry.help.empty()) entry.help = help;
    return **metric;
}

Counter& MetricsRegistry::counter(std::string_view name, std::string_view help) {
    return find_or_make<Counter>(name, help);
}
ShardedCounter& MetricsRegistry::sharded_counter(std::string_view name, std::string_view help) {
    return find_or_make<ShardedCounter>(name, help);
}
Gauge& MetricsRegistry::gauge(std::string_view name, std::string_view help) { return find_or_make<Gauge>(name, help); }
Histogram& MetricsRegistry::histogram(std::string_view name, std::string_view help) {
    return find_or_make<Histogram>(name, help);
}

MetricsSnapshot MetricsRegistry::snapshot() const {
    MetricsSnapshot result;
    const std::lock_guard lock(mutex_);
    for (const auto& [name, entry] : entries_) {
        std::visit(
            [&](const auto& metric) {
                using M = std::remove_cvref_t<decltype(*metric)>;
                if constexpr (std::is_same_v<M, Gauge>) {
                    result.gauges.emplace(name, metric->value());
                } else if constexpr (std::is_same_v<M, Histogram>) {
                    result.histograms.emplace(name, snapshot_of(*metric));
                } else {
                    result.counters.emplace(name, metric->value());
                }
            },
            entry.metric);
    }
    return result;
}

std::string MetricsRegistry::to_prometheus() const {
    std::string text;
    std::set<std::string> used;
    const std::lock_guard lock(mutex_);
    for (const auto& [given_name, entry] : entries_) {
        const bool is_histogram = std::holds_alternative<std::unique_ptr<Histogram>>(entry.metric);
        const std::string name = unused_name(valid_name(given_name), is_histogram, used);
        std::visit(
            [&](const auto& metric) {
                using M = std::remove_cvref_t<decltype(*metric)>;
                if constexpr (std::is_same_v<M, Histogram>) {
                    append(text, name, entry.help, "histogram");
                    append_values(text, name, snapshot_of(*metric));
                } else {
                    append(text, name, entry.help, std::is_same_v<M, Gauge> ? "gauge" : "counter");
                    text += name + ' ' + std::to_string(metric->value()) + '\n';
                }
            },
            entry.metric);
    }
    return text;
}

}  // namespace grainscope
