#include <grainscope/workloads/gemm.h>

#include <array>
#include <cstring>
#include <vector>

namespace grainscope::workloads {

namespace {

#if defined(__AVX512F__)
constexpr std::size_t vector_bytes = 64;
#elif defined(__AVX__)
constexpr std::size_t vector_bytes = 32;
#else
constexpr std::size_t vector_bytes = 16;
#endif

/// The block of the answer that stays in registers: six rows of two vectors are twelve accumulators, which leaves four
/// of sixteen registers for the factors, and hides the latency of two multiply-adds a cycle.
template <class T>
struct Registers {
    typedef T Vector __attribute__((vector_size(vector_bytes)));
    static constexpr std::size_t lanes = vector_bytes / sizeof(T);
    static constexpr std::size_t rows = 6;
    static constexpr std::size_t columns = 2 * lanes;
};

/// Rows of `a` and columns of `b` that are packed at a time: a quarter of a megabyte in the second cache, and a part of
/// the third.
constexpr std::size_t packed_rows = 96;
constexpr std::size_t packed_columns = 384;
static_assert(packed_rows % Registers<double>::rows == 0);
static_assert(packed_columns % Registers<float>::columns == 0 && packed_columns % Registers<double>::columns == 0);

constexpr std::size_t ceil_to(std::size_t count, std::size_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
}

template <class T>
struct Buffers {
    std::vector<T> a = std::vector<T>(packed_rows * gemm_depth);
    std::vector<T> b = std::vector<T>(packed_columns * gemm_depth);
};

/// Strips of Registers::rows rows, each column after column; zeros below the last row.
template <class T>
void pack_a(const T* a, std::size_t n, std::size_t rows, std::size_t depth, T* out) {
    constexpr std::size_t height = Registers<T>::rows;
    for (std::size_t strip = 0; strip < rows; strip += height) {
        const std::size_t present = std::min(height, rows - strip);
        for (std::size_t k = 0; k < depth; ++k)
            for (std::size_t i = 0; i < height; ++i) *out++ = i < present ? a[(strip + i) * n + k] : T{};
    }
}

/// Strips of Registers::columns columns, each row after row; zeros beyond the last column.
template <class T>
void pack_b(const T* b, std::size_t n, std::size_t columns, std::size_t depth, T* out) {
    constexpr std::size_t width = Registers<T>::columns;
    for (std::size_t strip = 0; strip < columns; strip += width) {
        const std::size_t present = std::min(width, columns - strip);
        for (std::size_t k = 0; k < depth; ++k, out += width) {
            const T* const row = b + k * n + strip;
            if (present == width) {
                std::memcpy(out, row, width * sizeof(T));
            } else {
                std::fill(std::copy_n(row, present, out), out + width, T{});
            }
        }
    }
}

/// A strip of each factor: their product, in registers.
template <class T>
struct Accumulators {
    using Vector = typename Registers<T>::Vector;
    Vector sums[Registers<T>::rows][2];
};

template <class T>
inline Accumulators<T> multiply_strips(const T* a, const T* b, std::size_t depth) {
    using Vector = typename Registers<T>::Vector;
    Accumulators<T> result{};
    for (std::size_t k = 0; k < depth; ++k, a += Registers<T>::rows, b += Registers<T>::columns) {
        Vector left, right;
        std::memcpy(&left, b, sizeof(Vector));
        std::memcpy(&right, b + Registers<T>::lanes, sizeof(Vector));
        for (std::size_t i = 0; i < Registers<T>::rows; ++i) {
            result.sums[i][0] += a[i] * left;
            result.sums[i][1] += a[i] * right;
        }
    }
    return result;
}

/// Adds the accumulators to as many rows and columns of `c` as there are, or overwrites them.
template <class T>
void store(const Accumulators<T>& product, T* c, std::size_t n, std::size_t rows, std::size_t columns, bool overwrite) {
    for (std::size_t i = 0; i < rows; ++i) {
        std::array<T, Registers<T>::columns> row;
        std::memcpy(row.data(), product.sums[i], sizeof row);
        T* const target = c + i * n;
        if (columns == row.size()) {
            for (std::size_t j = 0; j < row.size(); ++j) target[j] = overwrite ? row[j] : target[j] + row[j];
        } else {
            for (std::size_t j = 0; j < columns; ++j) target[j] = overwrite ? row[j] : target[j] + row[j];
        }
    }
}

}  // namespace

template <class T>
void gemm_panel(const T* a, const T* b, T* c, std::size_t n, const GemmBlock& block, std::size_t from) {
    thread_local Buffers<T> buffers;
    constexpr std::size_t height = Registers<T>::rows, width = Registers<T>::columns;
    const std::size_t depth = std::min(gemm_depth, n - from);
    for (std::size_t jc = 0; jc < block.columns; jc += packed_columns) {
        const std::size_t columns = std::min(packed_columns, block.columns - jc);
        pack_b(b + from * n + block.column + jc, n, columns, depth, buffers.b.data());
        for (std::size_t ic = 0; ic < block.rows; ic += packed_rows) {
            const std::size_t rows = std::min(packed_rows, block.rows - ic);
            pack_a(a + (block.row + ic) * n + from, n, rows, depth, buffers.a.data());
            for (std::size_t j = 0; j < columns; j += width) {
                for (std::size_t i = 0; i < rows; i += height) {
                    const Accumulators<T> product =
                        multiply_strips(buffers.a.data() + i * depth, buffers.b.data() + j * depth, depth);
                    store(product, c + (block.row + ic + i) * n + block.column + jc + j, n, std::min(height, rows - i),
                          std::min(width, columns - j), from == 0);
                }
            }
        }
    }
}

template void gemm_panel(const float*, const float*, float*, std::size_t, const GemmBlock&, std::size_t);
template void gemm_panel(const double*, const double*, double*, std::size_t, const GemmBlock&, std::size_t);

}  // namespace grainscope::workloads
