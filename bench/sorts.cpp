// par_sort and par_sort_unstable against oneTBB, libgomp, the standard library, Boost.Sort and Highway's vqsort.
#include "sort_contest.h"

#include <array>
#include <string>

namespace {

using grainscope::bench::SortInput;

struct NamedType {
    const char* name;
    void (*add)(const SortInput& input, int threads);
};

// Everything is registered; this is what runs where no filter is given, an eighth of it.
constexpr const char* by_default =
    "^(u64 random [0-9]+|(u64 [a-z-]+|f64 random|strings random) 1000000), [^/]*, [0-9]+ threads/"
    "|^u64 random 1000000, [^/]*, 1 thread/";

}  // namespace

int main(int argc, char** argv) {
    constexpr std::array<NamedType, 3> types{{{"u64", grainscope::bench::add_u64_sorts},
                                              {"f64", grainscope::bench::add_f64_sorts},
                                              {"strings", grainscope::bench::add_string_sorts}}};
    for (const NamedType& type : types)
        for (const auto& order : grainscope::bench::orders)
            for (const std::size_t size : {10'000, 100'000, 1'000'000, 10'000'000})
                for (const int threads : grainscope::bench::thread_counts())
                    type.add({type.name, size, order}, threads);
    return grainscope::bench::run(argc, argv, "an element", by_default);
}
