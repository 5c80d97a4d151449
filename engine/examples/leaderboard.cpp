// A table of scores that is read in order while others write: SkipMap keeps the players by score, and a reader may walk
// down from the top at any time without stopping anybody.
//
//     leaderboard [players]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <utility>
#include <vector>

#include <grainscope/grainscope.h>

namespace {

using Rank = std::pair<std::uint64_t, int>;  // score and player: no two are equal

std::uint64_t score_of(int player, int round) {
    std::uint64_t x = static_cast<std::uint64_t>(player) * 1000 + static_cast<std::uint64_t>(round) + 1;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return (x ^ (x >> 31)) % 10'000;
}

}  // namespace

int main(int argc, char** argv) {
    const int players = argc > 1 ? std::atoi(argv[1]) : 500;
    constexpr int rounds = 5;
    grainscope::SkipMap<Rank, int, std::greater<>> board;  // to the round of the score
    grainscope::Counter games, disorders;

    grainscope::par_range(0, players).for_each([&](int player) {
        for (int round = 0; round < rounds; ++round) {
            board.insert({score_of(player, round), player}, round);
            if (round > 0) board.remove(Rank{score_of(player, round - 1), player});
            games.increment();
            // The ten best of this very moment, in order, whatever the others are doing.
            std::vector<Rank> best;
            for (const auto& entry : board) {
                best.push_back(entry.key());
                if (best.size() == 10) break;
            }
            if (!std::is_sorted(best.begin(), best.end(), std::greater<>{})) disorders.increment();
        }
    });

    int shown = 0;
    for (const auto& entry : board) {
        std::printf("%d. player %d, %llu points\n", ++shown, entry.key().second,
                    static_cast<unsigned long long>(entry.key().first));
        if (shown == 5) break;
    }
    std::vector<Rank> right;
    for (int player = 0; player < players; ++player) right.push_back({score_of(player, rounds - 1), player});
    std::sort(right.begin(), right.end(), std::greater<>{});
    std::vector<Rank> left;
    for (const auto& entry : board) left.push_back(entry.key());
    // A player who scores the same twice in a row takes the entry away with the older score.
    std::erase_if(right, [](const Rank& rank) { return score_of(rank.second, rounds - 2) == rank.first; });
    if (left != right || disorders.value() != 0 || games.value() != static_cast<std::uint64_t>(players) * rounds) {
        std::fprintf(stderr, "leaderboard: that is wrong\n");
        return 1;
    }
    return 0;
}
