// par_windows: all slices of k neighbours. They overlap, are only looked at, and nothing is copied. What comes out is
// indexed, so that it can be zipped with the prices that it belongs to.
//
//     moving_average [days]
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

double mean(std::span<const double> window) {
    return std::accumulate(window.begin(), window.end(), 0.0) / static_cast<double>(window.size());
}

std::vector<double> random_walk(std::size_t days) {
    std::mt19937 random(1);
    std::normal_distribution<double> change(0.05, 1);
    std::vector<double> prices(days);
    double price = 100;
    for (double& day : prices) day = price += change(random);
    return prices;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr std::size_t width = 30;
    const std::vector<double> prices = random_walk(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 50'000);

    const auto averages = grainscope::par_windows(prices, width).map(mean).collect<std::vector>();
    const auto last_days = grainscope::par_iter(prices).skip(width - 1);
    const auto below = last_days.zip(averages).filter([](double price, double average) { return price < average; });
    const std::size_t days_below = below.count();
    std::printf("%zu of %zu days end below the average of %zu days\n", days_below, averages.size(), width);

    std::size_t expected = 0;
    bool all_equal = true;
    for (std::size_t last = width; last <= prices.size(); ++last) {
        const double average = mean(std::span(prices).subspan(last - width, width));
        all_equal = all_equal && averages[last - width] == average;
        if (prices[last - 1] < average) ++expected;
    }
    if (!all_equal || days_below != expected) {
        std::fprintf(stderr, "moving_average: counted one by one it is %zu days\n", expected);
        return 1;
    }
    return 0;
}
