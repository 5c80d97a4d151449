// A sum over the edges of a graph: how many triangles, that is how many friends have a friend in common? Every edge is
// kept at the end that comes first, so each triangle is found once: where the lists of both ends of an edge meet.
// Vertices with many neighbours cost far more than others; the pieces are cut by demand, so that needs no care.
// Schank, Wagner: "Finding, Counting and Listing All Triangles in Large Graphs" (2005).
//
//     triangle_counting [vertices]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

using Vertices = std::vector<std::size_t>;

/// For each vertex its neighbours with greater numbers, in order.
std::vector<Vertices> random_graph(std::size_t vertices) {
    std::mt19937 random(1);
    std::vector<Vertices> later(vertices);
    for (std::size_t v = 1; v < vertices; ++v)
        for (int i = 0; i < 6; ++i) later[random() % v * (random() % v) / v].push_back(v);  // low numbers have many
    for (Vertices& list : later) list.erase(std::unique(list.begin(), list.end()), list.end());
    return later;
}

std::size_t count_common(const Vertices& a, const Vertices& b) {
    std::size_t common = 0;
    for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
        if (*i == *j) ++common;
        const bool step_i = *i <= *j, step_j = *j <= *i;
        if (step_i) ++i;
        if (step_j) ++j;
    }
    return common;
}

std::size_t count_triangles(const std::vector<Vertices>& later) {
    return grainscope::par_iter(later)
        .map([&](const Vertices& ends) {
            std::size_t triangles = 0;
            for (const std::size_t end : ends) triangles += count_common(ends, later[end]);
            return triangles;
        })
        .sum();
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<Vertices> later = random_graph(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 4000);
    const std::size_t triangles = count_triangles(later);
    std::printf("%zu triangles\n", triangles);

    std::size_t expected = 0;
    for (const Vertices& ends : later) {
        for (std::size_t i = 0; i < ends.size(); ++i)
            for (std::size_t j = i + 1; j < ends.size(); ++j)
                expected += std::ranges::binary_search(later[ends[i]], ends[j]) ? 1 : 0;
    }
    if (triangles != expected) {
        std::fprintf(stderr, "triangle_counting: pair by pair there are %zu\n", expected);
        return 1;
    }
    return 0;
}
