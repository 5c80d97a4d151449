// A stable sort on one page: both halves by join, then a merge, which is parallel as well. By a sequential merge the
// last step alone would take n comparisons, however many workers there are. The data wander between two buffers, so
// that nothing is copied only to make room. Merging in parallel by ranks: Siebert, Träff: "Efficient MPI Implementation
// of a Parallel, Stable Merge Algorithm" (2012); here it is the library's par_merge.
//
//     merge_sort_your_own [n]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <grainscope/grainscope.h>

namespace {

constexpr std::size_t threshold = 1000;

/// Sorts `data`; the result stands there, or in `other`, which is as large, if `to_other`.
template <class T>
void merge_sort(std::span<T> data, std::span<T> other, bool to_other) {
    if (data.size() <= threshold) {
        std::stable_sort(data.begin(), data.end());
        if (to_other) std::ranges::copy(data, other.begin());
        return;
    }
    const std::size_t half = data.size() / 2;
    grainscope::join([&] { merge_sort(data.first(half), other.first(half), !to_other); },
                     [&] { merge_sort(data.subspan(half), other.subspan(half), !to_other); });
    const std::span<T> from = to_other ? data : other, to = to_other ? other : data;
    grainscope::par_merge(from.first(half), from.subspan(half), to);
}

/// Compared by the suit alone, so that a sort that is not stable would show.
struct Card {
    unsigned suit, number;
    friend bool operator<(const Card& a, const Card& b) { return a.suit < b.suit; }
    friend bool operator==(const Card&, const Card&) = default;
};

}  // namespace

int main(int argc, char** argv) {
    std::vector<Card> cards(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000);
    std::mt19937 random(1);
    for (unsigned i = 0; i < cards.size(); ++i) cards[i] = {static_cast<unsigned>(random() % 50), i};
    std::vector<Card> expected = cards, room(cards.size());

    merge_sort(std::span(cards), std::span(room), false);
    std::printf("%zu cards are in order\n", cards.size());

    std::ranges::stable_sort(expected, std::less<>());
    if (cards != expected) {
        std::fprintf(stderr, "merge_sort_your_own: std::stable_sort puts them in another order\n");
        return 1;
    }
    return 0;
}
