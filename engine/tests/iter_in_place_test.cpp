// fold, fold_chunks and reduce with closures that change the value in place.
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

std::vector<int> one_to(int n) {
    std::vector<int> numbers(static_cast<std::size_t>(n));
    std::iota(numbers.begin(), numbers.end(), 1);
    return numbers;
}

TEST(IterInPlace, FoldAndReduceMayChangeTheirValueAndReturnNothing) {
    const std::vector<int> numbers = one_to(10'000);
    const auto gathered =
        grainscope::par_iter(numbers)
            .fold([] { return std::vector<int>{}; }, [](std::vector<int>& v, int x) { v.push_back(x); })
            .reduce([] { return std::vector<int>{}; },
                    [](std::vector<int>& a, const std::vector<int>& b) { a.insert(a.end(), b.begin(), b.end()); });
    EXPECT_EQ(gathered, numbers);
}

TEST(IterInPlace, AnItemThatIsAPairComesAsTwoParametersBehindTheValue) {
    const std::vector<int> numbers = one_to(5000);
    const auto sum = grainscope::par_iter(numbers)
                         .enumerate()
                         .fold([] { return std::size_t{0}; }, [](std::size_t& total, std::size_t i,
                                                                 int x) { total += i + static_cast<std::size_t>(x); })
                         .sum();
    EXPECT_EQ(sum, 5000U * 4999 / 2 + 5000U * 5001 / 2);
}

TEST(IterInPlace, ChunksFoldInPlace) {
    const std::vector<int> numbers = one_to(10);
    const auto sums = grainscope::par_iter(numbers)
                          .fold_chunks(
                              4, [] { return 0; }, [](int& sum, int x) { sum += x; })
                          .collect<std::vector>();
    EXPECT_EQ(sums, (std::vector{10, 26, 19}));
}

TEST(IterInPlace, AClosureThatReturnsTheValueIsPreferredAndMayTakeWhatCannotBeCopied) {
    const std::vector<int> numbers = one_to(100);
    const auto total = grainscope::par_iter(numbers)
                           .fold([] { return std::make_unique<int>(0); },
                                 [](auto&& sum, int x) {
                                     auto mine = std::forward<decltype(sum)>(sum);  // only an rvalue can be taken
                                     *mine += x;
                                     return mine;
                                 })
                           .map([](std::unique_ptr<int> sum) { return *sum; })
                           .sum();
    EXPECT_EQ(total, 5050);
}

TEST(IterInPlace, ReduceOfStringsKeepsTheOrder) {
    const std::vector<std::string> words{"a", "b", "c", "d", "e", "f"};
    const auto text = grainscope::par_iter(words).with_max_len(1).reduce(
        [] { return std::string(); }, [](std::string& left, const std::string& right) { left += right; });
    EXPECT_EQ(text, "abcdef");
}

}  // namespace
