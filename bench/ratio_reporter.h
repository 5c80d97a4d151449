// A table of ratios out of Google Benchmark's repetitions.
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace grainscope::bench {

/// Benchmarks are named "GROUP/PEER"; within a group every peer is held against the group's first. Each repetition is
/// one sample; the table shows medians with bootstrap 95 % intervals, and the ratio with the interval that resamples
/// both sides. The counter `items` says how many joins or elements one iteration worked through, `unit` what they are
/// called ("an element"); `bytes`, where it is not 0, what one iteration read from memory, shown as GB/s and in per
/// cent of the group's read loop.
class RatioReporter : public benchmark::BenchmarkReporter {
  public:
    explicit RatioReporter(std::string unit) : unit_(std::move(unit)) {}
    /// Declares a peer: the table keeps this order, whatever the order of the runs.
    void expect(const std::string& group, const std::string& peer) { (void)peer_named(group + '/' + peer); }
    bool ReportContext(const Context& context) override;
    void ReportRuns(const std::vector<Run>& runs) override;
    void Finalize() override;
    /// Whether a benchmark reported an error, such as a wrong answer.
    [[nodiscard]] bool failed() const { return failed_; }

  private:
    struct Peer {
        std::string name;
        std::vector<double> ns_per_item;
        double bytes_per_item = 0;
    };
    struct Group {
        std::string name;
        std::vector<Peer> peers;
    };
    void print(const Group& group) const;
    Peer& peer_named(const std::string& benchmark_name);

    std::string unit_;
    std::vector<Group> groups_;
    bool failed_ = false;
};

}  // namespace grainscope::bench
