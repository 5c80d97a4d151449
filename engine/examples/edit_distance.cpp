// A table whose cells wait for their neighbours above and to the left: a wavefront. By recursion: of the four quarters
// of a block, the first must be filled before, and the last after, the two on the other diagonal, which go in parallel.
// A thief takes a quarter as large as it is possible, and what is small stays in the cache. The table: Wagner, Fischer:
// "The String-to-String Correction Problem" (1974).
//
//     edit_distance [word word]
#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/runtime/join.h>

namespace {

struct Block {
    std::size_t top, bottom, left, right;  // bottom and right are the first outside
};

class EditTable {
  public:
    EditTable(std::string_view from, std::string_view to)
        : from_(from), to_(to), width_(to.size() + 1), cells_((from.size() + 1) * width_) {
        for (std::size_t row = 0; row <= from.size(); ++row) cell(row, 0) = row;
        for (std::size_t column = 0; column <= to.size(); ++column) cell(0, column) = column;
    }
    [[nodiscard]] std::size_t distance() {
        fill({1, from_.size() + 1, 1, to_.size() + 1});
        return cell(from_.size(), to_.size());
    }
    [[nodiscard]] std::size_t distance_row_by_row() {
        fill_alone({1, from_.size() + 1, 1, to_.size() + 1});
        return cell(from_.size(), to_.size());
    }

  private:
    [[nodiscard]] std::size_t& cell(std::size_t row, std::size_t column) { return cells_[row * width_ + column]; }

    void fill(const Block& b) {
        constexpr std::size_t side = 64;
        if (b.bottom - b.top <= side || b.right - b.left <= side) return fill_alone(b);
        const std::size_t row = b.top + (b.bottom - b.top) / 2, column = b.left + (b.right - b.left) / 2;
        fill({b.top, row, b.left, column});
        grainscope::join([&] { fill({b.top, row, column, b.right}); }, [&] { fill({row, b.bottom, b.left, column}); });
        fill({row, b.bottom, column, b.right});
    }
    void fill_alone(const Block& b) {
        for (std::size_t row = b.top; row < b.bottom; ++row) {
            for (std::size_t column = b.left; column < b.right; ++column) {
                const std::size_t replaced = cell(row - 1, column - 1) + (from_[row - 1] != to_[column - 1] ? 1 : 0);
                cell(row, column) = std::min({replaced, cell(row - 1, column) + 1, cell(row, column - 1) + 1});
            }
        }
    }

    std::string_view from_, to_;
    std::size_t width_;
    std::vector<std::size_t> cells_;
};

std::string random_letters(std::size_t length, unsigned seed) {
    std::mt19937 random(seed);
    std::string letters(length, ' ');
    for (char& letter : letters) letter = "acgt"[random() % 4];
    return letters;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string from = argc > 2 ? argv[1] : random_letters(1500, 1);
    const std::string to = argc > 2 ? argv[2] : random_letters(1400, 2);
    const std::size_t distance = EditTable(from, to).distance();
    std::printf("%zu edits lead from one to the other\n", distance);

    const std::size_t expected = EditTable(from, to).distance_row_by_row();
    if (distance != expected || EditTable("kitten", "sitting").distance() != 3) {
        std::fprintf(stderr, "edit_distance: row by row it is %zu\n", expected);
        return 1;
    }
    return 0;
}
