// Union-find by many threads at once: each edge hangs the root with the greater number below the one with the smaller,
// by compare_exchange; who loses looks for the roots again. Links only ever lead to smaller numbers, so there is no
// cycle, and at the end each vertex knows the smallest vertex of its component. After Anderson, Woll: "Wait-free
// Parallel Algorithms for the Union-Find Problem" (STOC 1991).
//
//     connected_components [vertices]
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

using Edges = std::vector<std::pair<std::size_t, std::size_t>>;

class Forest {
  public:
    explicit Forest(std::size_t vertices) : parents_(vertices) {
        for (std::size_t v = 0; v < vertices; ++v) parents_[v] = v;
    }
    [[nodiscard]] std::size_t root_of(std::size_t v) const {
        while (v != parents_[v]) v = parents_[v];
        return v;
    }
    void unite(std::size_t a, std::size_t b) {
        for (;;) {
            a = root_of(a);
            b = root_of(b);
            if (a == b) return;
            if (a < b) std::swap(a, b);
            std::size_t expected = a;  // still a root?
            if (parents_[a].compare_exchange_strong(expected, b)) return;
        }
    }

  private:
    std::vector<std::atomic<std::size_t>> parents_;
};

/// For each vertex the smallest one of its component.
std::vector<std::size_t> components(std::size_t vertices, const Edges& edges) {
    Forest forest(vertices);
    grainscope::par_iter(edges).for_each([&](std::size_t a, std::size_t b) { forest.unite(a, b); });
    return grainscope::par_range(std::size_t{0}, vertices)
        .map([&](std::size_t v) { return forest.root_of(v); })
        .collect<std::vector>();
}

/// Each vertex takes over the smallest number that it sees, until nothing changes.
std::vector<std::size_t> components_by_rumour(std::size_t vertices, const Edges& edges) {
    std::vector<std::size_t> labels(vertices);
    for (std::size_t v = 0; v < vertices; ++v) labels[v] = v;
    for (bool changed = true; changed;) {
        changed = false;
        for (const auto& [a, b] : edges) {
            changed = changed || labels[a] != labels[b];
            labels[a] = labels[b] = std::min(labels[a], labels[b]);
        }
    }
    return labels;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t vertices = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20'000;
    std::mt19937 random(1);
    Edges edges(vertices * 3 / 5);
    for (auto& edge : edges) edge = {random() % vertices, random() % vertices};

    const std::vector<std::size_t> labels = components(vertices, edges);
    const std::size_t count = grainscope::par_iter(labels)
                                  .enumerate()
                                  .filter([](std::size_t v, std::size_t label) { return v == label; })
                                  .count();
    std::printf("%zu vertices in %zu components\n", vertices, count);

    if (labels != components_by_rumour(vertices, edges)) {
        std::fprintf(stderr, "connected_components: one thread finds others\n");
        return 1;
    }
    return 0;
}
