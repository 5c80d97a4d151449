// Two buffers: the next generation is written row by row, in parallel, while the present one is only read. No lock, no
// race: a row of the next generation belongs to one worker. Gardner: "Mathematical Games" (Scientific American 1970).
// A glider on an n by n torus is back where it began after 4n generations, which is how the answer is checked.
//
//     game_of_life [n]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

using Cells = std::vector<char>;  // n times n, row by row; 1 is alive

int living_neighbours(const Cells& cells, std::size_t n, std::size_t row, std::size_t column) {
    int living = -cells[row * n + column];
    for (const std::size_t r : {row + n - 1, row, row + 1})
        for (const std::size_t c : {column + n - 1, column, column + 1}) living += cells[r % n * n + c % n];
    return living;
}

void step(const Cells& now, Cells& next, std::size_t n) {
    grainscope::par_chunks_mut(next, n).enumerate().for_each([&](std::size_t row, std::span<char> line) {
        for (std::size_t column = 0; column < n; ++column) {
            const int living = living_neighbours(now, n, row, column);
            line[column] = living == 3 || (living == 2 && now[row * n + column] == 1);
        }
    });
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t n = std::max<std::size_t>(6, argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 24);
    Cells now(n * n), next(n * n);
    for (const auto& [row, column] : {std::pair(0U, 1U), {1U, 2U}, {2U, 0U}, {2U, 1U}, {2U, 2U}})
        now[row * n + column] = 1;
    const Cells glider = now;

    for (std::size_t generation = 0; generation < 4 * n; ++generation) {
        step(now, next, n);
        std::swap(now, next);
        if (generation + 1 == 2 * n) {
            std::puts("Half way:");
            for (std::size_t row = 0; row < n; ++row) {
                std::string line(n, '.');
                for (std::size_t column = 0; column < n; ++column)
                    if (now[row * n + column] == 1) line[column] = '#';
                std::puts(line.c_str());
            }
        }
    }

    if (now != glider) {
        std::fprintf(stderr, "game_of_life: the glider is not back where it began\n");
        return 1;
    }
    return 0;
}
