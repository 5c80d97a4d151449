// walk_tree: a source whose items are the nodes of a tree that grows while it is walked. Here a node is a board with
// queens in its first rows, and its children have one queen more; only boards that are full are counted. Workers steal
// the boards nearest to the root, which have most below them.
//
//     n_queens [n]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

/// Queens in the first rows, as bits: what they attack in the next row, straight and by both diagonals.
struct Board {
    unsigned rows = 0;
    std::uint32_t columns = 0, left = 0, right = 0;
};

std::vector<Board> with_one_queen_more(const Board& board, unsigned n) {
    std::vector<Board> children;
    for (unsigned column = 0; board.rows < n && column < n; ++column) {
        const std::uint32_t queen = 1U << column;
        if (((board.columns | board.left | board.right) & queen) != 0) continue;
        children.push_back(
            {board.rows + 1, board.columns | queen, (board.left | queen) << 1, (board.right | queen) >> 1});
    }
    return children;
}

std::size_t count_solutions(unsigned n) {
    return grainscope::walk_tree(Board{}, [n](const Board& board) { return with_one_queen_more(board, n); })
        .filter([n](const Board& board) { return board.rows == n; })
        .count();
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::size_t> known{1, 1, 0, 0, 2, 10, 4, 40, 92, 352, 724, 2680, 14'200, 73'712};
    const unsigned most = argc > 1 ? static_cast<unsigned>(std::strtoul(argv[1], nullptr, 10)) : 8;
    for (unsigned n = 0; n <= std::min(most, 31U); ++n) {
        const std::size_t solutions = count_solutions(n);
        std::printf("%2u queens: %zu solutions\n", n, solutions);
        if (n < known.size() && solutions != known[n]) {
            std::fprintf(stderr, "n_queens: there are %zu\n", known[n]);
            return 1;
        }
    }
    return 0;
}
