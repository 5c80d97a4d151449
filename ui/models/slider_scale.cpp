#include "ui/models/slider_scale.h"

#include <algorithm>
#include <cmath>

#include "ui/session/workload_description.h"

namespace grainscope::ui {

namespace {

constexpr int mostLinearStops = 1000;

double niceStepAtLeast(double step) {
    const double power = std::pow(10.0, std::floor(std::log10(step)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= step * (1 - 1e-12)) return factor * power;
    }
    return 10 * power;
}

}  // namespace

SliderScale::SliderScale(double minimum, double maximum, Steps steps, bool integral)
    : logarithmic_(steps != Steps::linear) {
    stops_.push_back(minimum);
    const auto add = [&](double value) {
        if (integral) value = std::round(value);
        if (value > stops_.back() && value < maximum) stops_.push_back(value);
    };
    switch (steps) {
        case Steps::powersOfTwo:
            for (double value = 1; value < maximum; value *= 2) add(value);
            break;
        case Steps::oneTwoFive: {
            // A logarithm of zero has no stops: what starts there starts at a whole 1, or a millionth of the top.
            const double lowest = minimum > 0 ? minimum : integral ? 1 : maximum * 1e-6;
            for (double power = std::pow(10.0, std::floor(std::log10(lowest))); power < maximum; power *= 10) {
                for (const double factor : {1.0, 2.0, 5.0}) add(factor * power);
            }
            break;
        }
        case Steps::linear: {
            const double finest = (maximum - minimum) / mostLinearStops;
            if (finest <= 0) break;
            const double step = integral ? std::max(1.0, niceStepAtLeast(finest)) : niceStepAtLeast(finest * 10);
            for (double index = std::floor(minimum / step) + 1; index * step < maximum; ++index) add(index * step);
            break;
        }
    }
    if (maximum > minimum) stops_.push_back(maximum);
}

SliderScale SliderScale::forParameter(const ParameterDescription& parameter) {
    if (!parameter.isNumeric() || !(parameter.maximum > parameter.minimum) || !std::isfinite(parameter.minimum) ||
        !std::isfinite(parameter.maximum)) {
        return {0, 0, Steps::linear, true};
    }
    const bool integral = parameter.kind == ParameterDescription::Kind::integer;
    const Steps steps = !parameter.logarithmic ? Steps::linear
                        : parameter.tunable    ? Steps::powersOfTwo
                                               : Steps::oneTwoFive;
    return {parameter.minimum, parameter.maximum, steps, integral};
}

double SliderScale::valueAt(int position) const {
    return stops_[static_cast<std::size_t>(std::clamp(position, 0, count() - 1))];
}

int SliderScale::positionOf(double value) const {
    const auto above = std::lower_bound(stops_.begin(), stops_.end(), value);
    if (above == stops_.begin()) return 0;
    if (above == stops_.end()) return count() - 1;
    const double low = *(above - 1), high = *above;
    const bool byRatio = logarithmic_ && low > 0;
    const bool nearerToLow = byRatio ? value * value < low * high : value - low < high - value;
    return static_cast<int>(above - stops_.begin()) - (nearerToLow ? 1 : 0);
}

}  // namespace grainscope::ui
