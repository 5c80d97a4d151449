// Positions of a slider and the values they stand for.
#pragma once

#include <utility>
#include <vector>

namespace grainscope::ui {

struct ParameterDescription;

/// A row of stops, ascending, each a value that a person would choose: powers of two for thresholds, 1-2-5 for other
/// logarithmic parameters, every integer or even steps for linear ones. The first stop is the minimum, the last the
/// maximum. Values between stops are allowed everywhere else (the number can be typed); they sit at the nearest stop's
/// position.
class SliderScale {
  public:
    enum class Steps { linear, oneTwoFive, powersOfTwo };

    /// The stops of [minimum, maximum]; `integral` rounds them to whole numbers. maximum >= minimum.
    SliderScale(double minimum, double maximum, Steps steps, bool integral);
    /// A linear scale of these stops: ascending, at least one.
    explicit SliderScale(std::vector<double> stops) : stops_(std::move(stops)), logarithmic_(false) {}
    /// The scale that suits a parameter: its range, `logarithmic` and `tunable` decide. A parameter without a numeric
    /// range has a single stop.
    [[nodiscard]] static SliderScale forParameter(const ParameterDescription& parameter);

    /// Number of positions, at least one; positions are 0 ... count() - 1.
    [[nodiscard]] int count() const { return static_cast<int>(stops_.size()); }
    /// The value at a position; positions outside are brought inside.
    [[nodiscard]] double valueAt(int position) const;
    /// The position nearest to a value: by ratio on a logarithmic scale, by difference on a linear one.
    /// positionOf(valueAt(p)) == p for every position.
    [[nodiscard]] int positionOf(double value) const;
    [[nodiscard]] const std::vector<double>& stops() const { return stops_; }

  private:
    std::vector<double> stops_;
    bool logarithmic_;
};

}  // namespace grainscope::ui
