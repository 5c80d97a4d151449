// A table of ratios out of Google Benchmark's repetitions.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

namespace grainscope::bench {

/// Benchmarks are named "GROUP/PEER"; within a group every peer is held against the group's first. Each repetition is
/// one sample; the table shows medians with bootstrap 95 % intervals, and the ratio with the interval that resamples
/// both sides. The counter `items` says how many joins or elements one iteration worked through, `unit` what they are
/// called.
class RatioReporter : public benchmark::BenchmarkReporter {
  public:
    explicit RatioReporter(std::string unit) : unit_(std::move(unit)) {}
    bool ReportContext(const Context& context) override;
    void ReportRuns(const std::vector<Run>& runs) override;
    void Finalize() override;
    /// Whether a benchmark reported an error, such as a wrong answer.
    [[nodiscard]] bool failed() const { return failed_; }

  private:
    struct Peer {
        std::string name;
        std::vector<double> ns_per_item;
    };
    struct Group {
        std::string name;
        std::vector<Peer> peers;
    };
    Peer& peer_named(const std::string& benchmark_name);

    std::string unit_;
    std::vector<Group> groups_;
    bool failed_ = false;
};

/// Runs what was registered, by default in eleven repetitions whose order is shuffled (a shared machine drifts), and
/// prints the table. Google Benchmark's flags are understood. Returns the program's exit status.
int run_and_report(int argc, char** argv, const std::string& unit);

/// Declares that a peer exists, in the order of the table.
using Body = std::function<void(benchmark::State&)>;
benchmark::internal::Benchmark* add(const std::string& group, const std::string& peer, Body body);

}  // namespace grainscope::bench
