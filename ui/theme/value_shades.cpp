#include <ui/theme/value_shades.h>

#include <map>

namespace grainscope::ui {

ValueShades::ValueShades(const Tokens& tokens) : nobody_(ramp(tokens.plotGround, tokens.searching, 0.16, 0.75)) {
    for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i] = ramp(tokens.plotGround, tokens.workers[i], 0.25, 1);
}

const ValueShades& ValueShades::shared(const Tokens& tokens) {
    static std::map<const Tokens*, ValueShades> made;
    return made.try_emplace(&tokens, tokens).first->second;
}

ValueShades::Ramp ValueShades::ramp(const QColor& ground, const QColor& ink, double faintest, double strongest) {
    Ramp ramp;
    for (std::size_t i = 0; i < levels; ++i) {
        const double share = faintest + (strongest - faintest) * static_cast<double>(i) / (levels - 1);
        const auto mixed = [share](int from, int to) { return qRound(from + (to - from) * share); };
        ramp[i] =
            qRgb(mixed(ground.red(), ink.red()), mixed(ground.green(), ink.green()), mixed(ground.blue(), ink.blue()));
    }
    return ramp;
}

}  // namespace grainscope::ui
