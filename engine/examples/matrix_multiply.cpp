// par_chunks_mut and enumerate: the rows of a matrix, each with its number, each written by one worker at a time.
// Inside a row the loops run in the order that walks both matrices along their rows, so that the compiler can vectorise
// them.
//
//     matrix_multiply [n]
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

using Matrix = std::vector<double>;  // n times n, row by row

Matrix multiply(const Matrix& a, const Matrix& b, std::size_t n) {
    Matrix c(n * n);
    grainscope::par_chunks_mut(c, n).enumerate().for_each([&](std::size_t i, std::span<double> row) {
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t j = 0; j < n; ++j) row[j] += a[i * n + k] * b[k * n + j];
    });
    return c;
}

Matrix multiply_as_defined(const Matrix& a, const Matrix& b, std::size_t n) {
    Matrix c(n * n);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t k = 0; k < n; ++k) c[i * n + j] += a[i * n + k] * b[k * n + j];
    }
    return c;
}

/// Of small whole numbers, so that every order of additions gives the same.
Matrix random_matrix(std::size_t n, unsigned seed) {
    std::mt19937 random(seed);
    Matrix matrix(n * n);
    for (double& entry : matrix) entry = static_cast<double>(random() % 10);
    return matrix;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t n = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 150;
    if (n == 0) {
        std::puts("a matrix has at least one row");
        return 0;
    }
    const Matrix a = random_matrix(n, 1), b = random_matrix(n, 2);
    const Matrix c = multiply(a, b, n);
    std::printf("the product's first entry is %.0f, its last %.0f\n", c.front(), c.back());

    if (c != multiply_as_defined(a, b, n)) {
        std::fprintf(stderr, "matrix_multiply: the definition gives another product\n");
        return 1;
    }
    return 0;
}
