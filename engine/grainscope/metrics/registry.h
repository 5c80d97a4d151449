// Metrics by name: made at first use, read all together, and written as text for Prometheus.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <grainscope/metrics/counter.h>
#include <grainscope/metrics/histogram.h>

namespace grainscope {

/// What a histogram said when the snapshot was taken.
struct HistogramSnapshot {
    std::uint64_t count = 0;
    double sum = 0;
    std::uint64_t p50 = 0, p90 = 0, p99 = 0, max = 0;  ///< all 0 where nothing was recorded
    /// How many were at most 0, 1, 3, 7, … 2^n - 1, as far as there is anything above the bound before.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> at_most;
};

/// All metrics of a registry. Each was read once, one after the other; they are of no one moment.
struct MetricsSnapshot {
    std::map<std::string, std::uint64_t> counters;  ///< plain and sharded ones
    std::map<std::string, std::int64_t> gauges;
    std::map<std::string, HistogramSnapshot> histograms;
};

/// Hands out metrics by name; asked for the same name again, it gives the same metric. References stay good as long as
/// the registry lives, so a hot path asks once and keeps the reference: asking takes a lock, counting does not.
///
/// One name is one metric. Asking for it as another kind throws std::invalid_argument.
///
///     grainscope::MetricsRegistry metrics;
///     grainscope::Counter& requests = metrics.counter("requests", "Requests that came in.");
///     requests.increment();
///     std::uint64_t seen = metrics.snapshot().counters.at("requests");  // 1
///     std::string text = metrics.to_prometheus();
class MetricsRegistry {
  public:
    /// The metric of this name, made if there is none. `help` describes it in the text for Prometheus; the first
    /// description that is not empty counts. Throws std::invalid_argument for an empty name, and for one that is a
    /// metric of another kind. O(log metrics).
    Counter& counter(std::string_view name, std::string_view help = {});
    ShardedCounter& sharded_counter(std::string_view name, std::string_view help = {});
    Gauge& gauge(std::string_view name, std::string_view help = {});
    Histogram& histogram(std::string_view name, std::string_view help = {});

    [[nodiscard]] MetricsSnapshot snapshot() const;

    /// All metrics in Prometheus' text format, version 0.0.4, in the order of their names: HELP where there is a
    /// description, TYPE, and the values. A name there has only letters, digits, `_` and `:`; every other byte is
    /// written as `_`, and of two names that become the same the later one gets a number behind it.
    /// A histogram is given by the buckets whose bounds are 2^n - 1, whose counts are exact, up to the largest number.
    [[nodiscard]] std::string to_prometheus() const;

  private:
    using Metric = std::variant<std::unique_ptr<Counter>, std::unique_ptr<ShardedCounter>, std::unique_ptr<Gauge>,
                                std::unique_ptr<Histogram>>;
    struct Entry {
        Metric metric;
        std::string help;
    };

    template <class M>
    M& find_or_make(std::string_view name, std::string_view help);

    mutable std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace grainscope
