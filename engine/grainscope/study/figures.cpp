#include <grainscope/study/figures.h>

#include <algorithm>

#include <grainscope/study/statistics.h>

namespace grainscope::study {

void FigureSamples::add(const std::vector<workloads::Figure>& figures) {
    for (const workloads::Figure& figure : figures) {
        auto known = std::ranges::find_if(samples_, [&](const auto& seen) { return seen.first.name == figure.name; });
        if (known == samples_.end()) known = samples_.insert(samples_.end(), {figure, {}});
        known->second.push_back(figure.value);
    }
}

std::vector<workloads::Figure> FigureSamples::medians() const {
    std::vector<workloads::Figure> figures;
    for (const auto& [figure, values] : samples_) {
        figures.push_back(figure);
        figures.back().value = *median(values);
    }
    return figures;
}

}  // namespace grainscope::study
