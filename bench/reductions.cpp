// Many numbers become one.
//
// Floating-point peers come in two forms: "in order" adds as it is written, as C++ and Rust do unless told otherwise,
// and "simd" may reassociate, which `omp simd reduction` allows for its loop alone.
#include "iterators.h"

#include "numbers.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <cmath>
#include <execution>
#include <functional>
#include <limits>
#include <numeric>

namespace grainscope::bench {

namespace {

/// fold(begin, end) for the indices of a block, op to join two of them.
template <class T, class Fold, class Op = std::plus<T>>
T tbb_reduce(std::size_t n, T identity, const Fold& fold, const Op& op = {}) {
    return tbb::parallel_reduce(
        tbb::blocked_range<std::size_t>(0, n), identity,
        [&](const tbb::blocked_range<std::size_t>& block, T value) {
            return op(value, fold(block.begin(), block.end()));
        },
        op);
}

std::span<const double> as_doubles(const std::vector<std::int64_t>& numbers) {
    return {reinterpret_cast<const double*>(numbers.data()), numbers.size()};
}

std::int64_t sum_of(const std::int64_t* a, std::size_t begin, std::size_t end) {
    std::int64_t sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += a[i];
    return sum;
}

void add_sum(int threads) {
    Contest contest("sum of 100000000 i64", threads,
                    {.items = 1e8, .bytes = 8e8, .fingerprint = [] { return fingerprint(*integers); }});
    static Lazy<std::int64_t> expected([] { return sum_of(integers->data(), 0, integers->size()); });
    const auto with_numbers = [](auto sum) {
        return [sum] {
            const std::vector<std::int64_t>& v = *integers;
            return timed([&] { return sum(v); }, [](std::int64_t answer) { return answer == *expected; });
        };
    };
    contest.ours("grainscope par_iter.sum", with_numbers([](const auto& v) { return par_iter(v).sum(); }));
    add_read_loop(contest, [] { return as_doubles(*integers); });
    contest.oneTBB("oneTBB parallel_reduce", with_numbers([](const auto& v) {
                       return tbb_reduce(v.size(), std::int64_t{0}, [a = v.data()](std::size_t begin, std::size_t end) {
                           return sum_of(a, begin, end);
                       });
                   }));
    contest.oneTBB("std::reduce(par)", with_numbers([](const auto& v) {
                       return std::reduce(std::execution::par, v.begin(), v.end(), std::int64_t{0});
                   }));
    contest.oneTBB("std::reduce(par_unseq)", with_numbers([](const auto& v) {
                       return std::reduce(std::execution::par_unseq, v.begin(), v.end(), std::int64_t{0});
                   }));
    contest.libgomp("libgomp parallel for simd", with_numbers([](const auto& v) {
                        const std::int64_t* a = v.data();
                        std::int64_t sum = 0;
#pragma omp parallel for simd reduction(+ : sum)
                        for (std::size_t i = 0; i < v.size(); ++i) sum += a[i];
                        return sum;
                    }));
    contest.alone("sequential loop", with_numbers([](const auto& v) { return sum_of(v.data(), 0, v.size()); }));
}

double dot_in_order(const double* a, const double* b, std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += a[i] * b[i];
    return sum;
}

double dot_simd(const double* a, const double* b, std::size_t begin, std::size_t end) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t i = begin; i < end; ++i) sum += a[i] * b[i];
    return sum;
}

void add_dot(int threads) {
    Contest contest("dot product of 100000000 f64", threads, {.items = 1e8, .bytes = 1.6e9, .fingerprint = [] {
                                                                  return fingerprint(*first_numbers) ^
                                                                         fingerprint(*second_numbers);
                                                              }});
    static Lazy<double> expected([] {
        return static_cast<double>(
            std::inner_product(first_numbers->begin(), first_numbers->end(), second_numbers->begin(), 0.0L));
    });
    const auto with_numbers = [](auto dot) {
        return [dot] {
            const std::vector<double>& x = *first_numbers;
            const std::vector<double>& y = *second_numbers;
            return timed([&] { return dot(x, y); }, about(*expected));
        };
    };
    const auto tbb_dot = [with_numbers](double (*dot)(const double*, const double*, std::size_t, std::size_t)) {
        return with_numbers([dot](const auto& x, const auto& y) {
            return tbb_reduce(x.size(), 0.0,
                              [&](std::size_t begin, std::size_t end) { return dot(x.data(), y.data(), begin, end); });
        });
    };
    contest.ours("grainscope zip.map.sum", with_numbers([](const auto& x, const auto& y) {
                     return par_iter(x).zip(par_iter(y)).map([](double a, double b) { return a * b; }).sum();
                 }));
    add_read_loop(
        contest, [] { return std::span(*first_numbers); }, [] { return std::span(*second_numbers); });
    contest.oneTBB("oneTBB parallel_reduce, in order", tbb_dot(dot_in_order));
    contest.oneTBB("oneTBB parallel_reduce, simd", tbb_dot(dot_simd));
    contest.oneTBB("std::transform_reduce(par)", with_numbers([](const auto& x, const auto& y) {
                       return std::transform_reduce(std::execution::par, x.begin(), x.end(), y.begin(), 0.0);
                   }));
    contest.oneTBB("std::transform_reduce(par_unseq)", with_numbers([](const auto& x, const auto& y) {
                       return std::transform_reduce(std::execution::par_unseq, x.begin(), x.end(), y.begin(), 0.0);
                   }));
    contest.libgomp("libgomp parallel for simd", with_numbers([](const auto& x, const auto& y) {
                        const double* a = x.data();
                        const double* b = y.data();
                        double sum = 0;
#pragma omp parallel for simd reduction(+ : sum)
                        for (std::size_t i = 0; i < x.size(); ++i) sum += a[i] * b[i];
                        return sum;
                    }));
    contest.alone("sequential loop, in order", with_numbers([](const auto& x, const auto& y) {
                      return dot_in_order(x.data(), y.data(), 0, x.size());
                  }));
    contest.alone("sequential loop, simd",
                  with_numbers([](const auto& x, const auto& y) { return dot_simd(x.data(), y.data(), 0, x.size()); }));
}

double hypotenuse(double x) { return std::sqrt(x * x + 1.0); }

double roots_in_order(const double* a, std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += hypotenuse(a[i]);
    return sum;
}

double roots_simd(const double* a, std::size_t begin, std::size_t end) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t i = begin; i < end; ++i) sum += hypotenuse(a[i]);
    return sum;
}

void add_roots(int threads) {
    Contest contest("sum of the square roots of 100000000 f64", threads,
                    {.items = 1e8, .bytes = 8e8, .fingerprint = [] { return fingerprint(*first_numbers); }});
    static Lazy<double> expected([] {
        long double sum = 0;
        for (const double x : *first_numbers) sum += hypotenuse(x);
        return static_cast<double>(sum);
    });
    const auto with_numbers = [](auto roots) {
        return [roots] {
            const std::vector<double>& x = *first_numbers;
            return timed([&] { return roots(x); }, about(*expected));
        };
    };
    const auto tbb_roots = [with_numbers](double (*roots)(const double*, std::size_t, std::size_t)) {
        return with_numbers([roots](const auto& x) {
            return tbb_reduce(x.size(), 0.0,
                              [&](std::size_t begin, std::size_t end) { return roots(x.data(), begin, end); });
        });
    };
    contest.ours("grainscope map.sum", with_numbers([](const auto& x) {
                     return par_iter(x).map([](double a) { return hypotenuse(a); }).sum();
                 }));
    add_read_loop(contest, [] { return std::span(*first_numbers); });
    contest.oneTBB("oneTBB parallel_reduce, in order", tbb_roots(roots_in_order));
    contest.oneTBB("oneTBB parallel_reduce, simd", tbb_roots(roots_simd));
    contest.oneTBB("std::transform_reduce(par)", with_numbers([](const auto& x) {
                       return std::transform_reduce(std::execution::par, x.begin(), x.end(), 0.0, std::plus<>(),
                                                    [](double a) { return hypotenuse(a); });
                   }));
    contest.oneTBB("std::transform_reduce(par_unseq)", with_numbers([](const auto& x) {
                       return std::transform_reduce(std::execution::par_unseq, x.begin(), x.end(), 0.0, std::plus<>(),
                                                    [](double a) { return hypotenuse(a); });
                   }));
    contest.libgomp("libgomp parallel for simd", with_numbers([](const auto& x) {
                        const double* a = x.data();
                        double sum = 0;
#pragma omp parallel for simd reduction(+ : sum)
                        for (std::size_t i = 0; i < x.size(); ++i) sum += hypotenuse(a[i]);
                        return sum;
                    }));
    contest.alone("sequential loop, in order",
                  with_numbers([](const auto& x) { return roots_in_order(x.data(), 0, x.size()); }));
    contest.alone("sequential loop, simd",
                  with_numbers([](const auto& x) { return roots_simd(x.data(), 0, x.size()); }));
}

template <class T, class Op>
T extreme(const T* a, std::size_t begin, std::size_t end, T value, Op op) {
    for (std::size_t i = begin; i < end; ++i) value = op(value, a[i]);
    return value;
}

void add_minimum(int threads) {
    Contest contest("minimum of 100000000 i64", threads,
                    {.items = 1e8, .bytes = 8e8, .fingerprint = [] { return fingerprint(*integers); }});
    static Lazy<std::int64_t> expected([] { return std::ranges::min(*integers); });
    const auto with_numbers = [](auto minimum) {
        return [minimum] {
            const std::vector<std::int64_t>& v = *integers;
            return timed([&] { return minimum(v); }, [](std::int64_t answer) { return answer == *expected; });
        };
    };
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const auto lesser = [](std::int64_t a, std::int64_t b) { return std::min(a, b); };
    contest.ours("grainscope par_iter.min", with_numbers([](const auto& v) { return *par_iter(v).min(); }));
    add_read_loop(contest, [] { return as_doubles(*integers); });
    contest.oneTBB("oneTBB parallel_reduce", with_numbers([=](const auto& v) {
                       const auto fold = [&](std::size_t begin, std::size_t end) {
                           return extreme(v.data(), begin, end, most, lesser);
                       };
                       return tbb_reduce(v.size(), most, fold, lesser);
                   }));
    contest.oneTBB("std::reduce(par_unseq)", with_numbers([=](const auto& v) {
                       return std::reduce(std::execution::par_unseq, v.begin(), v.end(), most, lesser);
                   }));
    contest.oneTBB("std::min_element(par)", with_numbers([](const auto& v) {
                       return *std::min_element(std::execution::par, v.begin(), v.end());
                   }));
    contest.libgomp("libgomp parallel for simd", with_numbers([](const auto& v) {
                        const std::int64_t* a = v.data();
                        std::int64_t least = most;
#pragma omp parallel for simd reduction(min : least)
                        for (std::size_t i = 0; i < v.size(); ++i) least = std::min(least, a[i]);
                        return least;
                    }));
    contest.alone("sequential loop",
                  with_numbers([=](const auto& v) { return extreme(v.data(), 0, v.size(), most, lesser); }));
}

void add_maximum(int threads) {
    Contest contest("maximum of 100000000 f64", threads,
                    {.items = 1e8, .bytes = 8e8, .fingerprint = [] { return fingerprint(*first_numbers); }});
    static Lazy<double> expected([] { return std::ranges::max(*first_numbers); });
    const auto with_numbers = [](auto maximum) {
        return [maximum] {
            const std::vector<double>& x = *first_numbers;
            return timed([&] { return maximum(x); }, [](double answer) { return answer == *expected; });
        };
    };
    constexpr double least = -std::numeric_limits<double>::infinity();
    const auto greater = [](double a, double b) { return std::max(a, b); };
    contest.ours("grainscope par_iter.max", with_numbers([](const auto& x) { return *par_iter(x).max(); }));
    add_read_loop(contest, [] { return std::span(*first_numbers); });
    contest.oneTBB("oneTBB parallel_reduce", with_numbers([=](const auto& x) {
                       const auto fold = [&](std::size_t begin, std::size_t end) {
                           return extreme(x.data(), begin, end, least, greater);
                       };
                       return tbb_reduce(x.size(), least, fold, greater);
                   }));
    contest.oneTBB("std::max_element(par)", with_numbers([](const auto& x) {
                       return *std::max_element(std::execution::par, x.begin(), x.end());
                   }));
    contest.libgomp("libgomp parallel for simd", with_numbers([](const auto& x) {
                        const double* a = x.data();
                        double most = least;
#pragma omp parallel for simd reduction(max : most)
                        for (std::size_t i = 0; i < x.size(); ++i) most = std::max(most, a[i]);
                        return most;
                    }));
    contest.alone("sequential loop",
                  with_numbers([=](const auto& x) { return extreme(x.data(), 0, x.size(), least, greater); }));
}

}  // namespace

void add_reductions(int threads) {
    add_sum(threads);
    add_dot(threads);
    add_roots(threads);
    add_minimum(threads);
    add_maximum(threads);
}

}  // namespace grainscope::bench
