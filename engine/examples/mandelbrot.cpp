// Rows of a picture, each a string, put together in order by collect<std::string>. The rows in the middle cost a
// hundred times as much as those at the edge; nobody has to say so, because the range is cut where a worker has time.
//
//     mandelbrot [rows]
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <grainscope/iter/iter.h>

namespace {

constexpr unsigned limit = 500;

/// How many steps of z² + c it takes to leave the circle of radius 2; `limit` if it never seems to.
unsigned steps_to_escape(std::complex<double> c) {
    double x = 0, y = 0;
    unsigned steps = 0;
    for (; steps < limit && x * x + y * y <= 4; ++steps) {
        const double next = x * x - y * y + c.real();
        y = 2 * x * y + c.imag();
        x = next;
    }
    return steps;
}

std::string picture_row(std::size_t row, std::size_t rows) {
    const std::string shades = " .:-=+*%@";
    const std::size_t columns = 2 * rows;
    std::string line;
    for (std::size_t column = 0; column < columns; ++column) {
        const std::complex<double> c(-2.2 + 3.2 * static_cast<double>(column) / static_cast<double>(columns),
                                     -1.2 + 2.4 * static_cast<double>(row) / static_cast<double>(rows));
        const unsigned steps = steps_to_escape(c);
        line += steps == limit ? '#' : shades[steps % shades.size()];
    }
    return line + '\n';
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t rows = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 40;
    const std::string picture = grainscope::par_range(std::size_t{0}, rows)
                                    .map([rows](std::size_t row) { return picture_row(row, rows); })
                                    .collect<std::string>();
    std::fputs(picture.c_str(), stdout);

    std::string expected;
    for (std::size_t row = 0; row < rows; ++row) expected += picture_row(row, rows);
    if (picture != expected) {
        std::fprintf(stderr, "mandelbrot: drawn row by row it is another picture\n");
        return 1;
    }
    return 0;
}
