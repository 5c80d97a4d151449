// Random pipelines from a grammar, each compared with its sequential twin. The seed is printed with a failure;
// GRAINSCOPE_TEST_SEED repeats it.
#include <expected>
#include <numeric>
#include <string>
#include <utility>

#include "iter_random_pipelines.h"

namespace grainscope {
namespace iter_testing {

Case Grammar::source() {
    const std::size_t size = chance(2) ? below(10) : below(1'000);
    Numbers& numbers = kept_.emplace_back();
    for (std::size_t i = 0; i < size; ++i) numbers.push_back(static_cast<std::int64_t>(below(50)));
    const std::string length = in_parentheses(size);
    switch (below(6)) {
        case 0: {
            for (std::size_t i = 0; i < size; ++i) numbers[i] = static_cast<std::int64_t>(i) - 7;
            return {erased(par_range(std::int64_t{-7}, static_cast<std::int64_t>(size) - 7)), numbers,
                    "range" + length};
        }
        case 1:
            return {erased(into_par_iter(Numbers(numbers))), numbers, "into" + length};
        case 2: {
            const auto& list = lists_.emplace_back(numbers.begin(), numbers.end());
            return {erased(par_iter(list).copied()), numbers, "list" + length};
        }
        case 3:
            return {erased(repeat_n(std::int64_t{5}, size)), Numbers(size, 5), "repeat_n" + length};
        case 4:
            return {erased(par_iter(numbers).filter([](auto) { return true; })), numbers, "unindexed" + length};
        default:
            return {erased(par_iter(numbers)), numbers, "iter" + length};
    }
}

void Grammar::indexed_step(Case& c, const Indexed& p) {
    const std::size_t n = chance(2) ? below(10) : below(1'000);
    const std::size_t size = 1 + n;
    const std::string arg = in_parentheses(n);
    const auto split_at = static_cast<std::ptrdiff_t>(std::min(n, c.twin.size()));
    switch (below(13)) {
        case 0:
            return replace(
                c, p.enumerate().map([](std::size_t i, auto x) { return x + static_cast<std::int64_t>(i); }),
                each(c.twin, [](auto i, auto x, auto& out) { out.push_back(x + static_cast<std::int64_t>(i)); }),
                "enumerate");
        case 1:
            return replace(c, p.rev(), Numbers(c.twin.rbegin(), c.twin.rend()), "rev");
        case 2:
            return replace(c, p.take(n), Numbers(c.twin.begin(), c.twin.begin() + split_at), "take" + arg);
        case 3:
            return replace(c, p.skip(n), Numbers(c.twin.begin() + split_at, c.twin.end()), "skip" + arg);
        case 4:
            return replace(c, p.step_by(size),
                           each(c.twin,
                                [=](auto i, auto x, auto& out) {
                                    if (i % size == 0) out.push_back(x);
                                }),
                           "step_by" + arg);
        case 5:
            return replace(
                c,
                p.fold_chunks(
                    size, [] { return std::int64_t{3}; }, [](std::int64_t v, auto x) { return v % 1'000 * 2 + x; }),
                each(c.twin,
                     [=](auto i, auto x, auto& out) {
                         if (i % size == 0) out.push_back(3);
                         out.back() = out.back() % 1'000 * 2 + x;
                     }),
                "fold_chunks" + arg);
        case 6:
            return replace(c, p.chunks(size).flatten(), c.twin, "chunks.flatten" + arg);
        case 7:
            return replace(c, p.intersperse(-1),
                           each(c.twin,
                                [](auto i, auto x, auto& out) {
                                    if (i > 0) out.push_back(-1);
                                    out.push_back(x);
                                }),
                           "intersperse");
        case 8:
            return replace(
                c, p.inclusive_scan(blend),
                each(c.twin, [](auto, auto x, auto& out) { out.push_back(out.empty() ? x : blend(out.back(), x)); }),
                "inclusive_scan");
        case 9: {
            std::int64_t total = 9;
            return replace(
                c, p.exclusive_scan(std::int64_t{9}, blend),
                each(c.twin, [&](auto, auto x, auto& out) { out.push_back(std::exchange(total, blend(total, x))); }),
                "exclusive_scan");
        }
        case 10:
            return replace(c, p.by_uniform_blocks(size), c.twin, "by_uniform_blocks" + arg);
        case 11:
            return replace(c, p.positions([](auto x) { return x % 3 == 1; }).map([](std::size_t i) {
                return static_cast<std::int64_t>(i);
            }),
                           each(c.twin,
                                [](auto i, auto x, auto& out) {
                                    if (x % 3 == 1) out.push_back(static_cast<std::int64_t>(i));
                                }),
                           "positions");
        default:
            return with_another(c, p);
    }
}

void Grammar::with_another(Case& c, const Indexed& p) {
    const Case other = pipeline(below(3));
    if (!std::holds_alternative<Indexed>(other.pipeline) || c.twin.size() + other.twin.size() > most) return;
    const Indexed& q = std::get<Indexed>(other.pipeline);
    const Numbers& a = c.twin;
    const Numbers& b = other.twin;
    Numbers zipped;
    Numbers turns;
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        if (i < std::min(a.size(), b.size())) zipped.push_back(a[i] - 2 * b[i]);
        if (i < a.size()) turns.push_back(a[i]);
        if (i < b.size()) turns.push_back(b[i]);
    }
    const std::size_t shortest = a.size() <= b.size() ? 2 * a.size() : 2 * b.size() + 1;
    switch (below(3)) {
        case 0:
            return replace(c, p.zip(q).map([](auto x, auto y) { return x - 2 * y; }), zipped,
                           "zip[" + other.made + "]");
        case 1:
            return replace(c, p.interleave(q), turns, "interleave[" + other.made + "]");
        default:
            turns.resize(shortest);
            return replace(c, p.interleave_shortest(q), turns, "interleave_shortest[" + other.made + "]");
    }
}

}  // namespace iter_testing

namespace {

using namespace iter_testing;

/// The first item of `twin` that `f` likes, from the left or from the right.
template <class F>
std::optional<std::int64_t> found_in(const Numbers& twin, const F& f, bool from_the_right) {
    std::optional<std::int64_t> found;
    for (auto x : twin)
        if (f(x) && (from_the_right || !found)) found = x;
    return found;
}

/// Every kind of consumer.
template <class P>
void compare(const P& p, const Numbers& twin, const std::string& made) {
    SCOPED_TRACE(made);
    ASSERT_EQ(p.template collect<Numbers>(), twin);
    std::int64_t sum = 0;
    for (auto x : twin) sum += x;
    EXPECT_EQ(p.sum(), sum);
    EXPECT_EQ(p.count(), twin.size());
    // x -> 31 x + item for every item, composed in order, modulo 2^64.
    using Hash = std::pair<std::uint64_t, std::uint64_t>;
    const auto one = [] { return Hash(1, 0); };
    const auto mix = [](Hash f, std::int64_t x) {
        return Hash(f.first * 31, f.second * 31 + static_cast<std::uint64_t>(x));
    };
    const auto hash = p.fold(one, mix).reduce(
        one, [](Hash f, Hash g) { return Hash(f.first * g.first, f.second * g.first + g.second); });
    EXPECT_EQ(hash, std::accumulate(twin.begin(), twin.end(), Hash(1, 0), mix));
    EXPECT_EQ(p.min(), twin.empty() ? std::nullopt : std::optional(*std::ranges::min_element(twin)));
    const auto liked = [](std::int64_t x) { return x % 7 == 3; };
    EXPECT_EQ(p.find_first(liked), found_in(twin, liked, false));
    EXPECT_EQ(p.find_last(liked), found_in(twin, liked, true));
    EXPECT_EQ(p.find_any(liked).has_value(), std::ranges::any_of(twin, liked));
    EXPECT_EQ(p.all(liked), std::ranges::all_of(twin, liked));
    const auto [yes, no] = p.partition(liked);
    EXPECT_EQ(yes.size(), static_cast<std::size_t>(std::ranges::count_if(twin, liked)));
    EXPECT_EQ(yes.size() + no.size(), twin.size());
    const auto tried = p.map([&](std::int64_t x) -> std::expected<std::int64_t, int> {
                            if (liked(x)) return std::unexpected(1);
                            return x;
                        }).template collect<std::expected<Numbers, int>>();
    EXPECT_EQ(tried.has_value(), std::ranges::none_of(twin, liked));
    if constexpr (P::is_indexed) {
        EXPECT_EQ(p.len(), twin.size());
        EXPECT_EQ(p.is_sorted(), std::ranges::is_sorted(twin));
        EXPECT_TRUE(p.eq(twin));
        const auto place = std::ranges::find_if(twin, liked);
        EXPECT_EQ(p.position_first(liked),
                  place == twin.end() ? std::nullopt : std::optional(static_cast<std::size_t>(place - twin.begin())));
        Numbers walked;
        for (auto x : p.into_iter()) walked.push_back(x);
        EXPECT_EQ(walked, twin);
    }
}

TEST(IterRandomPipelines, AreWhatTheirSequentialTwinsAre) {
    const std::uint64_t first_seed = seed();
    for (std::uint64_t round = 0; round < 2'000; ++round) {
        Grammar grammar(first_seed + round);
        const std::size_t threads = thread_counts[grammar.below(thread_counts.size())];
        const Case random = grammar.pipeline(grammar.below(7));
        run_in(threads,
               [&] { std::visit([&](const auto& p) { compare(p, random.twin, random.made); }, random.pipeline); });
        ASSERT_FALSE(HasFailure()) << "GRAINSCOPE_TEST_SEED=" << first_seed + round << ", " << threads
                                   << " threads: " << random.made;
    }
}

}  // namespace
}  // namespace grainscope
