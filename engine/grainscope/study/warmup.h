// When a run is warm: caches and branch predictors filled, memory touched, frequencies settled (docs/architecture.md,
// Statistics).
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

namespace grainscope::study {

struct WarmupRule {
    std::optional<std::size_t> exactly;  ///< the user said how many runs; nothing else counts then
    std::size_t fewest_runs = 2;
    std::size_t most_runs = 10;
    double most_seconds = 2;
    double agreement = 0.02;  ///< the last three lie within this share of the shortest of them
};

/// Told the time of each warm-up run, says whether another is needed.
class Warmup {
  public:
    enum class Verdict { again, warm, gave_up };

    explicit Warmup(const WarmupRule& rule) : rule_(rule) {}

    void add(double run_ns) { runs_.push_back(run_ns); }

    /// elapsed_seconds: since the warm-up began, everything included.
    [[nodiscard]] Verdict verdict(double elapsed_seconds) const {
        if (rule_.exactly) return runs_.size() < *rule_.exactly ? Verdict::again : Verdict::warm;
        if (runs_.size() >= 3 && spread() <= rule_.agreement) return Verdict::warm;
        if (runs_.size() < rule_.fewest_runs) return Verdict::again;
        if (runs_.size() >= rule_.most_runs || elapsed_seconds >= rule_.most_seconds) return Verdict::gave_up;
        return Verdict::again;
    }

    /// How far the last runs (at most three) lie apart, as a share of the shortest; 0 with fewer than two.
    [[nodiscard]] double spread() const {
        if (runs_.size() < 2) return 0;
        const auto first = runs_.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(3, runs_.size()));
        const auto [low, high] = std::minmax_element(first, runs_.end());
        return *low > 0 ? *high / *low - 1 : 0;
    }

    [[nodiscard]] std::size_t runs() const { return runs_.size(); }

  private:
    WarmupRule rule_;
    std::vector<double> runs_;
};

}  // namespace grainscope::study
