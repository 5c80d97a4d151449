// A parallel sort on one page: split by a pivot, sort both sides by join. Below the threshold, forking would cost more
// than it could bring. Nobody waits idly: who comes to the end of its half takes work from others. Hoare: "Quicksort"
// (1962). The library's own par_sort_unstable is faster, and never takes n² steps.
//
//     quicksort_your_own [n]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <vector>

#include <grainscope/runtime/join.h>

namespace {

constexpr std::size_t threshold = 500;

template <class T>
void quicksort(std::span<T> data) {
    if (data.size() <= threshold) {
        std::sort(data.begin(), data.end());
        return;
    }
    const T pivot = std::max(std::min(data.front(), data.back()),
                             std::min(std::max(data.front(), data.back()), data[data.size() / 2]));  // median of three
    // Three parts: less than the pivot, equal to it, greater. What is equal is in its place.
    const auto equal = std::partition(data.begin(), data.end(), [&](const T& item) { return item < pivot; });
    const auto greater = std::partition(equal, data.end(), [&](const T& item) { return !(pivot < item); });
    grainscope::join([&] { quicksort(std::span(data.begin(), equal)); },
                     [&] { quicksort(std::span(greater, data.end())); });
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<unsigned> data(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200'000);
    std::mt19937 random(1);
    std::ranges::generate(data, [&] { return random() % 100'000; });
    std::vector<unsigned> expected = data;

    quicksort(std::span(data));
    std::printf("%zu numbers are in order\n", data.size());

    std::ranges::sort(expected);
    if (data != expected) {
        std::fprintf(stderr, "quicksort_your_own: std::sort puts them in another order\n");
        return 1;
    }
    return 0;
}
