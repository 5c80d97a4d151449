// chunks, fold_chunks, fold and try_fold: several items become one, against the sequential answer.
#include <atomic>
#include <expected>
#include <memory>
#include <numeric>
#include <string>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

const auto digits = [](std::int64_t value, std::int64_t x) { return (31 * value + x) % 1'000'003; };
Numbers chunk_values(const Numbers& n, std::size_t size) {
    Numbers result;
    for (std::size_t first = 0; first < n.size(); first += std::min(size, n.size() - first)) {
        std::int64_t value = 17;
        for (std::size_t i = first; i < n.size() && i - first < size; ++i) value = digits(value, n[i]);
        result.push_back(value);
    }
    return result;
}
constexpr std::size_t chunk_sizes[] = {1, 2, 3, 100, 1'000, std::size_t{0} - 1};

TEST(IterChunks, HoldNItemsEachTheLastMaybeFewer) {
    for (const std::size_t size : chunk_sizes) {
        same_as_sequential(
            [size](const Input& in) {
                return in.par()
                    .chunks(size)
                    .map([](const Numbers& chunk) {
                        std::int64_t value = 17;
                        for (auto x : chunk) value = digits(value, x);
                        return value;
                    })
                    .collect<Numbers>();
            },
            [size](const Numbers& n) { return chunk_values(n, size); });
    }
}

TEST(IterChunks, FlattenedAreWhatTheyWere) {
    same_as_sequential([](const Input& in) { return in.par().chunks(7).rev().flatten().collect<Numbers>(); },
                       [](const Numbers& n) {
                           Numbers result;
                           for (std::size_t last = n.size(), size = n.size() % 7; last > 0; last -= size, size = 7) {
                               if (size == 0) size = 7;
                               for (std::size_t i = last - size; i < last; ++i) result.push_back(n[i]);
                           }
                           return result;
                       });
}

TEST(IterChunks, OfItemsThatOnlyMove) {
    std::vector<std::unique_ptr<int>> owners;
    for (int i = 0; i < 10; ++i) owners.push_back(std::make_unique<int>(i));
    auto chunks = into_par_iter(std::move(owners)).chunks(4).collect<std::vector>();
    ASSERT_EQ(chunks.size(), 3U);
    EXPECT_EQ(chunks[2].size(), 2U);
    EXPECT_EQ(*chunks[2][1], 9);
}

TEST(IterFoldChunks, FoldsEveryChunkFromItsOwnIdentity) {
    for (const std::size_t size : chunk_sizes) {
        same_as_sequential(
            [size](const Input& in) {
                return in.par()
                    .fold_chunks(
                        size, [] { return std::int64_t{17}; }, digits)
                    .collect<Numbers>();
            },
            [size](const Numbers& n) { return chunk_values(n, size); });
        same_as_sequential(
            [size](const Input& in) {
                return in.par().fold_chunks_with(size, std::int64_t{17}, digits).rev().rev().collect<Numbers>();
            },
            [size](const Numbers& n) { return chunk_values(n, size); });
    }
}

TEST(IterFold, MakesOneItemOfEachPieceInOrder) {
    same_as_sequential(
        [](const Input& in) {
            return in.par()
                .fold([] { return Numbers(); },
                      [](Numbers part, std::int64_t x) {
                          part.push_back(x);
                          return part;
                      })
                .reduce([] { return Numbers(); },
                        [](Numbers a, const Numbers& b) {
                            a.insert(a.end(), b.begin(), b.end());
                            return a;
                        });
        },
        [](const Numbers& n) { return n; });
}

TEST(IterFold, OfAFold) {
    same_as_sequential(
        [](const Input& in) {
            const auto add = [](std::int64_t sum, std::int64_t x) { return sum + x; };
            const auto zero = [] { return std::int64_t{0}; };
            return Numbers{in.par().fold(zero, add).fold(zero, add).sum()};
        },
        [](const Numbers& n) { return Numbers{std::accumulate(n.begin(), n.end(), std::int64_t{0})}; });
}

TEST(IterFoldWith, CopiesItsValueForEveryPiece) {
    same_as_sequential(
        [](const Input& in) {
            const std::string all =
                in.par()
                    .fold_with(std::string(),
                               [](std::string s, std::int64_t x) { return s + (x % 2 == 0 ? 'e' : 'o'); })
                    .collect<std::string>();
            return Numbers(all.begin(), all.end());
        },
        [](const Numbers& n) {
            Numbers result;
            for (auto x : n) result.push_back(x % 2 == 0 ? 'e' : 'o');
            return result;
        });
}

TEST(IterFoldWith, MovesTheValueFromItemToItem) {
    const Numbers numbers = numbers_of(1000);
    std::atomic<std::size_t> sum{0};
    par_iter(numbers)
        .fold([] { return std::make_unique<std::size_t>(0); },
              [](std::unique_ptr<std::size_t> count, std::int64_t) { return ++*count, std::move(count); })
        .for_each([&](std::unique_ptr<std::size_t> count) { sum += *count; });
    EXPECT_EQ(sum, 1000U);
}

using Checked = std::expected<std::int64_t, std::string>;

TEST(IterTryFold, GoesOnWhileItSucceeds) {
    same_as_sequential(
        [](const Input& in) {
            const Checked sum = in.par()
                                    .try_fold([] { return std::int64_t{0}; },
                                              [](std::int64_t s, std::int64_t x) -> Checked { return s + x; })
                                    .try_reduce([] { return std::int64_t{0}; },
                                                [](std::int64_t a, std::int64_t b) -> Checked { return a + b; });
            return Numbers{*sum};
        },
        [](const Numbers& n) { return Numbers{std::accumulate(n.begin(), n.end(), std::int64_t{0})}; });
}

TEST(IterTryFold, EndsAPieceAtItsFirstFailure) {
    std::atomic<int> calls{0};
    const Numbers numbers = numbers_of(1000);
    run_in(1, [&] {
        const auto parts = par_iter(numbers)
                               .try_fold_with(std::int64_t{0},
                                              [&](std::int64_t count, std::int64_t) -> Checked {
                                                  if (++calls; count == 10) return std::unexpected("ten");
                                                  return count + 1;
                                              })
                               .collect<std::vector>();
        ASSERT_EQ(parts.size(), 1U);
        EXPECT_EQ(parts[0].error(), "ten");
    });
    EXPECT_EQ(calls, 11);
}

TEST(IterTryFold, WorksOnOptionals) {
    for_every_input([](const Input& in) {
        const auto none = in.par()
                              .try_fold_with(1, [](int, std::int64_t) -> std::optional<int> { return std::nullopt; })
                              .try_reduce([] { return 1; }, [](int a, int b) { return std::optional(a * b); });
        EXPECT_EQ(none.has_value(), in.size() == 0) << in;
    });
}

}  // namespace
}  // namespace grainscope
