// The power method on a graph, as pipelines: each page gathers what its visitors bring ("pull"), so that no two workers
// write to the same place. Rounding never depends on the number of threads: each page adds up alone, and the rank of
// pages without a link out, which all pages share, is a reproducible_sum.
// Page, Brin, Motwani, Winograd: "The PageRank Citation Ranking: Bringing Order to the Web" (1999).
//
//     page_rank [pages]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

struct Page {
    std::vector<std::size_t> linked_from;
    double links_out = 0;
};
using Web = std::vector<Page>;
using Ranks = std::vector<double>;
constexpr double follows_links = 0.85;

Ranks next_ranks(const Web& web, const Ranks& ranks) {
    const double lost = grainscope::par_iter(web)
                            .zip(ranks)
                            .map([](const Page& page, double rank) { return page.links_out == 0 ? rank : 0; })
                            .reproducible_sum();
    const double share = (1 - follows_links + follows_links * lost) / static_cast<double>(web.size());
    return grainscope::par_iter(web)
        .map([&](const Page& page) {
            double visitors = 0;
            for (const std::size_t from : page.linked_from) visitors += ranks[from] / web[from].links_out;
            return share + follows_links * visitors;
        })
        .collect<std::vector>();
}

/// The same by one thread.
Ranks next_ranks_alone(const Web& web, const Ranks& ranks) {
    const auto n = static_cast<double>(web.size());
    Ranks next(web.size(), (1 - follows_links) / n);
    double lost = 0;
    for (std::size_t page = 0; page < web.size(); ++page) {
        if (web[page].links_out == 0) lost += ranks[page];
        for (const std::size_t from : web[page].linked_from)
            next[page] += follows_links * ranks[from] / web[from].links_out;
    }
    for (double& rank : next) rank += follows_links * lost / n;
    return next;
}

Web random_web(std::size_t pages) {
    std::mt19937 random(1);
    Web web(pages);
    for (std::size_t page = 0; page < pages; ++page) {
        for (std::size_t links = random() % 8; links > 0; --links) {
            web[std::min(random() % pages, random() % pages)].linked_from.push_back(page);  // low numbers are popular
            ++web[page].links_out;
        }
    }
    return web;
}

}  // namespace

int main(int argc, char** argv) {
    const Web web = random_web(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5000);
    Ranks ranks(web.size(), 1 / static_cast<double>(web.size()));
    Ranks expected = ranks;
    for (int i = 0; i < 30; ++i) {
        ranks = next_ranks(web, ranks);
        expected = next_ranks_alone(web, expected);
    }
    const auto best = std::ranges::max_element(ranks);
    if (best != ranks.end()) std::printf("the highest of %zu ranks is %.6f\n", ranks.size(), *best);

    for (std::size_t page = 0; page < web.size(); ++page) {
        if (std::abs(ranks[page] - expected[page]) > 1e-12) {
            std::fprintf(stderr, "page_rank: alone, page %zu gets %.9f\n", page, expected[page]);
            return 1;
        }
    }
    return 0;
}
