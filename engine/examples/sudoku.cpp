// A search that ends for all when one has found: find_map_any. The first empty cells are tried out breadth first, until
// there are boards enough for everybody; then each board is solved by backtracking, until somebody has the solution,
// and those who search on boards without one stop soon.
//
//     sudoku [puzzle]     81 characters row by row, with a dot for each empty cell
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

using Board = std::string;  // 81 digits and dots

bool is_allowed(const Board& board, std::size_t cell, char digit) {
    const std::size_t row = cell / 9, column = cell % 9, corner = row / 3 * 27 + column / 3 * 3;
    for (std::size_t i = 0; i < 9; ++i) {
        if (board[row * 9 + i] == digit || board[i * 9 + column] == digit) return false;
        if (board[corner + i / 3 * 9 + i % 3] == digit) return false;
    }
    return true;
}

/// The board with its first empty cell filled in every way that is allowed now.
std::vector<Board> with_one_more(const Board& board) {
    std::vector<Board> more;
    const std::size_t cell = board.find('.');
    for (const char digit : std::string("123456789")) {
        if (!is_allowed(board, cell, digit)) continue;
        more.push_back(board);
        more.back()[cell] = digit;
    }
    return more;
}

std::optional<Board> solve_alone(const Board& board) {
    if (board.find('.') == Board::npos) return board;
    for (const Board& next : with_one_more(board))
        if (auto solution = solve_alone(next)) return solution;
    return std::nullopt;
}

std::optional<Board> solve(const Board& puzzle) {
    std::vector<Board> boards{puzzle};
    while (!boards.empty() && boards.size() < 500 && boards.front().find('.') != Board::npos)
        boards = grainscope::par_iter(boards).flat_map_iter(with_one_more).collect<std::vector>();
    return grainscope::par_iter(boards).find_map_any(solve_alone);
}

}  // namespace

int main(int argc, char** argv) {
    const Board puzzle =
        argc > 1 ? argv[1] : "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..";
    if (puzzle.size() != 81) {
        std::fprintf(stderr, "sudoku: a puzzle has 81 cells, this one %zu\n", puzzle.size());
        return 1;
    }
    const std::optional<Board> solution = solve(puzzle);
    if (!solution) {
        std::puts("there is no solution");
        return argc > 1 ? 0 : 1;
    }
    for (std::size_t row = 0; row < 9; ++row) std::puts(solution->substr(row * 9, 9).c_str());

    for (std::size_t cell = 0; cell < 81; ++cell) {
        Board without = *solution;
        without[cell] = '.';
        const bool as_given = puzzle[cell] == '.' || puzzle[cell] == (*solution)[cell];
        if (!as_given || !is_allowed(without, cell, (*solution)[cell])) {
            std::fprintf(stderr, "sudoku: the digit in cell %zu is wrong\n", cell);
            return 1;
        }
    }
    return 0;
}
