// What cannot work says so in one clear line, before anything runs.
#include <stdexcept>
#include <string>
#include <vector>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;

/// What a call throws; empty if it does not.
template <class Error, class F>
std::string complaint(const F& f) {
    try {
        static_cast<void>(f());
    } catch (const Error& error) {
        const std::string what = error.what();
        EXPECT_EQ(what.find('\n'), std::string::npos) << "one line";
        return what;
    }
    return "";
}
#define EXPECT_MISUSE(call, text)                                                                   \
    EXPECT_NE(complaint<std::invalid_argument>([&] { return call; }).find(text), std::string::npos) \
        << complaint<std::invalid_argument>([&] { return call; })

TEST(IterMisuse, ASizeOfZeroIsRefusedWhenTheStepIsBuilt) {
    std::vector<int> v{1, 2, 3};
    EXPECT_MISUSE(par_iter(v).chunks(0), "chunks: the size must be at least 1");
    EXPECT_MISUSE(par_iter(v).fold_chunks(
                      0, [] { return 0; }, [](int a, int) { return a; }),
                  "fold_chunks: the size must be at least 1");
    EXPECT_MISUSE(par_iter(v).fold_chunks_with(0, 0, [](int a, int) { return a; }), "the size must be at least 1");
    EXPECT_MISUSE(par_iter(v).by_uniform_blocks(0), "by_uniform_blocks: the size must be at least 1");
    EXPECT_MISUSE(par_chunks(v, 0), "par_chunks: the size must be at least 1");
    EXPECT_MISUSE(par_chunks_mut(v, 0), "par_chunks_mut: the size must be at least 1");
    EXPECT_MISUSE(par_chunks_exact(v, 0), "par_chunks_exact: the size must be at least 1");
    EXPECT_MISUSE(par_chunks_exact_mut(v, 0), "the size must be at least 1");
    EXPECT_MISUSE(par_rchunks(v, 0), "par_rchunks: the size must be at least 1");
    EXPECT_MISUSE(par_rchunks_mut(v, 0), "par_rchunks_mut: the size must be at least 1");
    EXPECT_MISUSE(par_windows(v, 0), "par_windows: the size must be at least 1");
    EXPECT_MISUSE(chunks_mut(v, 0), "chunks_mut: the size must be at least 1");
}

TEST(IterMisuse, AStepOfZeroIsRefused) {
    const std::vector<int> v{1, 2, 3};
    EXPECT_MISUSE(par_iter(v).step_by(0), "step_by: the step must be at least 1");
}

TEST(IterMisuse, ZipEqNamesTheLengths) {
    const std::vector<int> v{1, 2, 3};
    EXPECT_MISUSE(par_iter(v).zip_eq(par_range(0, 4)), "zip_eq: the lengths differ: 3 and 4");
    EXPECT_MISUSE(par_iter(v).zip_eq(std::vector<int>{}), "3 and 0");
}

TEST(IterMisuse, SizesThatDoNotFitAreNoMisuse) {
    const std::vector<int> v{1, 2, 3};
    constexpr std::size_t huge = std::size_t{0} - 1;
    EXPECT_EQ(par_iter(v).chunks(huge).count(), 1U);
    EXPECT_EQ(par_chunks(v, huge).count(), 1U);
    EXPECT_EQ(par_chunks_exact(v, huge).count(), 0U);
    EXPECT_EQ(par_rchunks(v, huge).count(), 1U);
    EXPECT_EQ(par_windows(v, huge).count(), 0U);
    EXPECT_EQ(par_iter(v).step_by(huge).count(), 1U);
    EXPECT_EQ(par_iter(v).by_uniform_blocks(huge).count(), 3U);
    EXPECT_EQ(par_iter(v).skip(huge).count(), 0U);
    EXPECT_EQ(par_range(5, 3).count(), 0U);
}

}  // namespace
}  // namespace grainscope
