// Counters, gauges, histograms, their registry, and its text for Prometheus.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <grainscope/metrics/metrics.h>

namespace grainscope {
namespace {

template <class C>
void counts_every_increment(C& counter) {
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 10'000; ++i) counter.increment();
                counter.add(7);
            });
        }
    }
    EXPECT_EQ(counter.value(), 4U * 10'007U);
}
TEST(Counter, counts_every_increment) {
    Counter counter;
    counts_every_increment(counter);
}
TEST(ShardedCounter, counts_every_increment_on_few_and_many_shards) {
    for (const std::size_t shards : {1U, 3U, 64U}) {
        ShardedCounter counter(shards);
        EXPECT_GE(counter.shards(), shards);
        counts_every_increment(counter);
    }
    EXPECT_THROW(ShardedCounter(0), std::invalid_argument);
}
TEST(Gauge, goes_below_zero) {
    Gauge gauge;
    gauge.add(3);
    gauge.sub(5);
    EXPECT_EQ(gauge.value(), -2);
    gauge.set(9);
    EXPECT_EQ(gauge.value(), 9);
}

TEST(Histogram, buckets_cover_all_numbers_and_are_narrow) {
    std::uint64_t next = 0;
    for (std::size_t bucket = 0; bucket < Histogram::buckets; ++bucket) {
        const std::uint64_t smallest = Histogram::smallest_of(bucket);
        const std::uint64_t largest = Histogram::largest_of(bucket);
        ASSERT_EQ(smallest, next);
        ASSERT_EQ(Histogram::bucket_of(smallest), bucket);
        ASSERT_EQ(Histogram::bucket_of(largest), bucket);
        ASSERT_LE(largest - smallest, smallest / 16);
        next = largest + 1;
    }
    EXPECT_EQ(next, 0U);  // past the largest number of all
}

TEST(Histogram, answers_are_within_a_sixteenth) {
    const unsigned seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    Histogram histogram;
    std::vector<std::uint64_t> all;
    double sum = 0;
    for (int i = 0; i < 5000; ++i) {
        const std::uint64_t value = random() >> (random() % 60);
        histogram.record(value);
        all.push_back(value);
        sum += static_cast<double>(value);
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(histogram.count(), all.size());
    for (const double q : {0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 1.0}) {
        const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(q * 5000)));
        const auto exact = static_cast<double>(all[rank - 1]);
        ASSERT_NEAR(static_cast<double>(*histogram.quantile(q)), exact, exact / 16) << q;
    }
    EXPECT_NEAR(histogram.sum(), sum, sum / 16);
    EXPECT_NEAR(*histogram.mean(), sum / 5000, sum / 5000 / 16);
    EXPECT_NEAR(static_cast<double>(*histogram.max()), static_cast<double>(all.back()),
                static_cast<double>(all.back()) / 16);
}

TEST(Histogram, small_numbers_are_exact_and_merging_adds_up) {
    Histogram a, b;
    EXPECT_FALSE(a.quantile(0.5) || a.max() || a.mean());
    for (std::uint64_t i = 1; i <= 31; ++i) (i % 2 == 0 ? a : b).record(i);
    a.merge(b);
    EXPECT_EQ(a.count(), 31U);
    EXPECT_EQ(a.quantile(0.5), 16U);
    EXPECT_EQ(a.min(), 1U);
    EXPECT_EQ(a.max(), 31U);
    EXPECT_EQ(a.sum(), 496.0);
    EXPECT_EQ(a.count_at_most(7), 7U);
    EXPECT_THROW((void)a.quantile(1.5), std::invalid_argument);
    EXPECT_THROW((void)a.quantile(std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
}

TEST(MetricsRegistry, one_name_is_one_metric) {
    MetricsRegistry registry;
    Counter& counter = registry.counter("requests");
    for (int i = 0; i < 100; ++i) registry.gauge("gauge" + std::to_string(i));
    EXPECT_EQ(&counter, &registry.counter("requests"));
    EXPECT_THROW(registry.counter(""), std::invalid_argument);
    try {
        registry.histogram("requests");
        FAIL();
    } catch (const std::invalid_argument& error) {
        EXPECT_EQ(std::string(error.what()),
                  "MetricsRegistry: \"requests\" is a counter already and cannot be a histogram too");
    }
}

TEST(MetricsRegistry, a_snapshot_has_all_values_by_name) {
    MetricsRegistry registry;
    registry.counter("plain").add(3);
    registry.sharded_counter("sharded").add(4);
    registry.gauge("depth").set(-5);
    registry.histogram("sizes").record(1000);
    const MetricsSnapshot snapshot = registry.snapshot();
    EXPECT_EQ(snapshot.counters, (std::map<std::string, std::uint64_t>{{"plain", 3}, {"sharded", 4}}));
    EXPECT_EQ(snapshot.gauges.at("depth"), -5);
    EXPECT_EQ(snapshot.histograms.at("sizes").count, 1U);
    EXPECT_EQ(snapshot.histograms.at("sizes").at_most.back(), (std::pair<std::uint64_t, std::uint64_t>{1023, 1}));
}

TEST(MetricsRegistry, the_text_for_prometheus_has_valid_names_help_and_cumulative_buckets) {
    MetricsRegistry registry;
    registry.counter("http.requests", "All of them,\nwith a \\.").add(2);
    registry.counter("http_requests").add(5);
    registry.gauge("2nd").set(-1);
    Histogram& sizes = registry.histogram("sizes");
    for (const std::uint64_t size : {0U, 1U, 2U, 5U}) sizes.record(size);
    EXPECT_EQ(registry.to_prometheus(),
              "# TYPE _2nd gauge\n"
              "_2nd -1\n"
              "# HELP http_requests All of them,\\nwith a \\\\.\n"
              "# TYPE http_requests counter\n"
              "http_requests 2\n"
              "# TYPE http_requests_2 counter\n"
              "http_requests_2 5\n"
              "# TYPE sizes histogram\n"
              "sizes_bucket{le=\"0\"} 1\n"
              "sizes_bucket{le=\"1\"} 2\n"
              "sizes_bucket{le=\"3\"} 3\n"
              "sizes_bucket{le=\"7\"} 4\n"
              "sizes_bucket{le=\"+Inf\"} 4\n"
              "sizes_sum 8\n"
              "sizes_count 4\n");
}

}  // namespace
}  // namespace grainscope
