#include <grainscope/study/figures.h>

#include <algorithm>

#include <grainscope/study/statistics.h>

namespace grainscope::study {

void FigureSamples::add(const std::vector<workloads::Figure>& figures) {
    for (const workloads::Figure& figure : figures) {
        auto known = std::ranges::find_if(samples_, [&](const auto& seen) { return seen.first.name == figure.name; });
        if (known == samples_.end()) known = samples_.insert(samples_.end(), {figure, {}});
        known->second.resize(runs_);
        known->second.push_back(figure.value);
    }
    ++runs_;
}

std::vector<workloads::Figure> FigureSamples::medians() const {
    std::vector<workloads::Figure> figures;
    for (const auto& [figure, values] : samples_) {
        std::vector<double> known;
        for (const auto& value : values)
            if (value) known.push_back(*value);
        figures.push_back(figure);
        figures.back().value = *median(known);
    }
    return figures;
}

std::vector<std::optional<double>> FigureSamples::of_run(std::size_t run) const {
    std::vector<std::optional<double>> values;
    for (const auto& [figure, of_runs] : samples_) values.push_back(run < of_runs.size() ? of_runs[run] : std::nullopt);
    return values;
}

}  // namespace grainscope::study
