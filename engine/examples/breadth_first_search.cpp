// One level of a graph at a time: all that the present level reaches becomes the next one. Many edges lead to the same
// vertex; the worker whose compare_exchange wins takes it along, so that nothing is visited twice.
// Leiserson, Schardl: "A Work-Efficient Parallel Breadth-First Search Algorithm" (SPAA 2010).
//
//     breadth_first_search [vertices]
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

using Graph = std::vector<std::vector<int>>;  // the neighbours of each vertex
constexpr int unreached = -1;

/// The distance of every vertex from `start`, in edges.
std::vector<int> distances_from(int start, const Graph& graph) {
    std::vector<std::atomic<int>> distances(graph.size());
    for (auto& distance : distances) distance = unreached;
    distances[static_cast<std::size_t>(start)] = 0;

    std::vector<int> level{start};
    for (int distance = 1; !level.empty(); ++distance) {
        level = grainscope::par_iter(level)
                    .flat_map_iter([&](int vertex) -> auto& { return graph[static_cast<std::size_t>(vertex)]; })
                    .filter([&](int neighbour) {
                        int expected = unreached;
                        auto& known = distances[static_cast<std::size_t>(neighbour)];
                        return known == unreached && known.compare_exchange_strong(expected, distance);
                    })
                    .collect<std::vector>();
    }
    return {distances.begin(), distances.end()};
}

std::vector<int> distances_one_by_one(int start, const Graph& graph) {
    std::vector<int> distances(graph.size(), unreached);
    distances[static_cast<std::size_t>(start)] = 0;
    std::deque<int> queue{start};
    for (; !queue.empty(); queue.pop_front()) {
        for (const int neighbour : graph[static_cast<std::size_t>(queue.front())]) {
            int& known = distances[static_cast<std::size_t>(neighbour)];
            if (known != unreached) continue;
            known = distances[static_cast<std::size_t>(queue.front())] + 1;
            queue.push_back(neighbour);
        }
    }
    return distances;
}

}  // namespace

int main(int argc, char** argv) {
    const int vertices = argc > 1 ? std::max(1, std::atoi(argv[1])) : 20'000;
    std::mt19937 random(1);
    std::uniform_int_distribution<int> any(0, vertices - 1);
    Graph graph(static_cast<std::size_t>(vertices));
    for (auto& neighbours : graph)
        for (int i = 0; i < 3; ++i) neighbours.push_back(any(random));

    const std::vector<int> distances = distances_from(0, graph);
    std::printf("%td of %d vertices are not reached, the farthest is %d edges away\n",
                std::ranges::count(distances, unreached), vertices, std::ranges::max(distances));

    if (distances != distances_one_by_one(0, graph)) {
        std::fprintf(stderr, "breadth_first_search: a queue gives other distances\n");
        return 1;
    }
    return 0;
}
