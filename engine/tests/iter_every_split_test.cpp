// Every producer cut at every position: all pairs of places, and one piece an item, must give the same items in order.
#include <deque>
#include <functional>
#include <list>
#include <ranges>
#include <set>
#include <string>
#include <utility>

#include "iter_reference.h"

namespace grainscope {
namespace {

using namespace iter_testing;
using detail::GatherConsumer;

constexpr std::size_t longest = 9;

/// The numbers 10, 11, 12, ...
Numbers counted(std::size_t size) {
    Numbers numbers;
    for (std::size_t i = 0; i < size; ++i) numbers.push_back(static_cast<std::int64_t>(10 + i));
    return numbers;
}

/// One consumer and one policy for all: what is under test are the producers.
struct Driver {
    GatherConsumer<std::int64_t> gather;
    Numbers got;

    void take(detail::Gathered<std::int64_t> parts) {
        for (const auto& part : parts) got.insert(got.end(), part.begin(), part.end());
    }
};

/// Runs `run` with a policy that cuts pieces of more than `max_length` and looks for thieves after every item.
template <class P, class Run>
void with_policy(const P& pipeline, std::size_t max_length, const Run& run) {
    detail::RunControl control(pipeline);
    detail::Policy policy = pipeline.policy();
    policy.control = &control;
    policy.grain = 1;
    policy.max_length = max_length;
    pipeline.prepare();
    run(policy);
}

/// One piece an item, and as few as possible.
template <class P>
void expect_whole(const P& pipeline, const Numbers& expected, const std::string& what) {
    for (const std::size_t max_length : {std::size_t{1}, std::size_t{2}, std::size_t{1'000}}) {
        with_policy(pipeline, max_length, [&](const detail::Policy& policy) {
            Driver driver;
            driver.take(pipeline.drive(driver.gather, policy));
            EXPECT_EQ(driver.got, expected) << what << ", pieces of " << max_length;
        });
    }
}

/// All of that, and all windows: [0, i), [i, j), [j, size) for every i and j, and every item by position.
template <class P>
void expect_windows(const P& pipeline, const Numbers& expected, const std::string& what) {
    expect_whole(pipeline, expected, what);
    ASSERT_EQ(pipeline.len(), expected.size()) << what;
    with_policy(pipeline, 1'000, [&](const detail::Policy& policy) {
        for (std::size_t i = 0; i <= expected.size(); ++i) {
            for (std::size_t j = i; j <= expected.size(); ++j) {
                Driver driver;
                driver.take(pipeline.drive_window(driver.gather, policy, 0, i));
                driver.take(pipeline.drive_window(driver.gather, policy, i, j));
                driver.take(pipeline.drive_window(driver.gather, policy, j, expected.size()));
                EXPECT_EQ(driver.got, expected) << what << ", cut at " << i << " and " << j;
            }
        }
        auto reader = pipeline.reader();
        for (std::size_t i = expected.size(); i-- > 0;) EXPECT_EQ(reader.at(i), expected[i]) << what << ", item " << i;
    });
}

/// Calls check(numbers) for every length, on one thread and on four.
void at_every_length(const std::function<void(const Numbers&)>& check) {
    for (const std::size_t threads : {std::size_t{1}, std::size_t{4}})
        for (std::size_t size = 0; size <= longest; ++size) run_in(threads, [&] { check(counted(size)); });
}
template <class F>
Numbers made(const Numbers& numbers, const F& f) {
    Numbers result;
    for (std::size_t i = 0; i < numbers.size(); ++i) f(i, numbers[i], result);
    return result;
}
Numbers reversed(Numbers numbers) {
    std::ranges::reverse(numbers);
    return numbers;
}

TEST(IterEverySplit, OfSources) {
    at_every_length([](const Numbers& n) {
        const std::deque<std::int64_t> deque(n.begin(), n.end());
        std::list<std::int64_t> list(n.begin(), n.end());
        expect_windows(par_iter(n), n, "a vector");
        expect_windows(par_iter(deque), n, "a deque");
        expect_windows(par_iter_mut(list), n, "a list");
        expect_windows(into_par_iter(Numbers(n)), n, "a vector taken over");
        expect_windows(into_par_iter(std::set<std::int64_t>(n.begin(), n.end())), n, "a set taken over");
        expect_windows(par_iter(std::views::iota(std::int64_t{10}, std::int64_t{10} + std::ssize(n))), n, "a view");
        expect_windows(par_range(std::int64_t{10}, std::int64_t{10} + std::ssize(n)), n, "a range of numbers");
        expect_windows(repeat_n(std::int64_t{7}, n.size()), Numbers(n.size(), 7), "repeat_n");
    });
}

TEST(IterEverySplit, OfSlices) {
    const auto first_and_last = [](const auto& slice) { return 100 * *slice.begin() + *std::prev(slice.end()); };
    at_every_length([&](const Numbers& n) {
        for (std::size_t size = 1; size <= n.size() + 1; ++size) {
            const auto slices = [&](auto next) {
                Numbers result;
                for (std::size_t i = 0; const auto slice = next(i, n.size(), size); ++i)
                    result.push_back(100 * n[slice->first] + n[slice->second - 1]);
                return result;
            };
            using Slice = std::optional<std::pair<std::size_t, std::size_t>>;
            expect_windows(par_chunks(n, size).map(first_and_last), slices([](auto i, auto length, auto s) -> Slice {
                               return i * s < length ? Slice({i * s, std::min(length, i * s + s)}) : std::nullopt;
                           }),
                           "par_chunks");
            expect_windows(par_rchunks(n, size).map(first_and_last), slices([](auto i, auto length, auto s) -> Slice {
                               return i * s < length ? Slice({length - std::min(length, i * s + s), length - i * s})
                                                     : std::nullopt;
                           }),
                           "par_rchunks");
            expect_windows(par_windows(n, size).map(first_and_last), slices([](auto i, auto length, auto s) -> Slice {
                               return i + s <= length ? Slice({i, i + s}) : std::nullopt;
                           }),
                           "par_windows");
        }
    });
}

TEST(IterEverySplit, OfWhatPassesOneToOne) {
    at_every_length([](const Numbers& n) {
        expect_windows(par_iter(n).map([](auto x) { return 2 * x; }),
                       made(n, [](auto, auto x, auto& out) { out.push_back(2 * x); }), "map");
        expect_windows(
            par_iter(n).enumerate().map([](std::size_t i, auto x) { return 100 * static_cast<std::int64_t>(i) + x; }),
            made(n, [](auto i, auto x, auto& out) { out.push_back(100 * static_cast<std::int64_t>(i) + x); }),
            "enumerate");
        expect_windows(par_iter(n).map_init([] { return 1; }, [](int& one, auto x) { return x + one; }),
                       made(n, [](auto, auto x, auto& out) { out.push_back(x + 1); }), "map_init");
        for (std::size_t first = 0; first <= n.size() + 1; ++first) {
            const auto seam = n.begin() + std::min(std::ssize(n), static_cast<std::ptrdiff_t>(first));
            expect_windows(par_iter(n).skip(first), Numbers(seam, n.end()), "skip");
            expect_windows(par_iter(n).take(first).rev(), reversed(Numbers(n.begin(), seam)), "take and rev");
        }
    });
}

TEST(IterEverySplit, OfWhatReadsByPosition) {
    at_every_length([](const Numbers& n) {
        for (std::size_t step = 1; step <= 4; ++step) {
            expect_windows(par_iter(n).step_by(step),
                           made(n,
                                [=](auto i, auto x, auto& out) {
                                    if (i % step == 0) out.push_back(x);
                                }),
                           "step_by");
            expect_windows(
                par_iter(n).fold_chunks(
                    step, [] { return std::int64_t{1}; }, [](std::int64_t v, std::int64_t x) { return 3 * v + x; }),
                made(n,
                     [=](auto i, auto x, auto& out) {
                         if (i % step == 0) out.push_back(1);
                         out.back() = 3 * out.back() + x;
                     }),
                "fold_chunks");
        }
        expect_windows(par_iter(n).intersperse(-1),
                       made(n,
                            [](auto i, auto x, auto& out) {
                                if (i > 0) out.push_back(-1);
                                out.push_back(x);
                            }),
                       "intersperse");
        expect_windows(
            par_iter(n).inclusive_scan([](auto a, auto b) { return (a * 3 + b) % 101; }),
            made(n, [](auto, auto x, auto& out) { out.push_back(out.empty() ? x : (out.back() * 3 + x) % 101); }),
            "inclusive_scan");
    });
}

TEST(IterEverySplit, OfTwoPipelinesOfAllLengths) {
    at_every_length([](const Numbers& n) {
        for (std::size_t other_size = 0; other_size <= 4; ++other_size) {
            Numbers other;
            for (std::size_t i = 0; i < other_size; ++i) other.push_back(-static_cast<std::int64_t>(i) - 1);
            Numbers chained = n;
            chained.insert(chained.end(), other.begin(), other.end());
            expect_windows(par_iter(n).chain(other), chained, "chain");
            Numbers zipped;
            Numbers turns;
            for (std::size_t i = 0; i < std::max(n.size(), other_size); ++i) {
                if (i < n.size() && i < other_size) zipped.push_back(100 * n[i] + other[i]);
                if (i < n.size()) turns.push_back(n[i]);
                if (i < other_size) turns.push_back(other[i]);
            }
            expect_windows(par_iter(n).zip(other).map([](auto a, auto b) { return 100 * a + b; }), zipped, "zip");
            expect_windows(par_iter(n).interleave(other), turns, "interleave");
            turns.resize(n.size() <= other_size ? 2 * n.size() : 2 * other_size + 1);
            expect_windows(par_iter(n).interleave_shortest(other), turns, "interleave_shortest");
        }
    });
}

TEST(IterEverySplit, OfWhatKnowsNoLength) {
    at_every_length([](const Numbers& n) {
        const auto is_even = [](auto x) { return x % 2 == 0; };
        const auto twice = made(n, [](auto, auto x, auto& out) { out.insert(out.end(), {x, x}); });
        const auto even = made(n, [&](auto, auto x, auto& out) {
            if (is_even(x)) out.push_back(x);
        });
        expect_whole(par_iter(n).filter(is_even), even, "filter");
        expect_whole(par_iter(n).flat_map([](auto x) { return repeat_n(x, 2); }), twice, "flat_map");
        expect_whole(par_iter(n).flat_map_iter([](auto x) { return Numbers(2, x); }), twice, "flat_map_iter");
        expect_whole(par_iter(n).by_uniform_blocks(2), n, "by_uniform_blocks");
        expect_whole(par_iter(n).by_exponential_blocks(), n, "by_exponential_blocks");
        Numbers chained = even;
        chained.insert(chained.end(), n.begin(), n.end());
        expect_whole(par_iter(n).filter(is_even).chain(n), chained, "an unindexed chain");
    });
}

/// Takes what a source that cuts itself makes, as numbers.
template <class Tell>
struct TellingFolder {
    static constexpr bool may_stop = false;
    const Tell& tell;
    Numbers& out;
    template <class X>
    void feed(X&& item) {
        out.push_back(tell(item));
    }
};

/// Splits a part down to what cannot be split and takes the items of the leaves, from left to right.
template <class Part, class Folder>
void take_leaves(Part part, Folder& folder) {
    if (auto right = part.split()) {
        take_leaves(std::move(part), folder);
        take_leaves(*std::move(right), folder);
        return;
    }
    while (part.feed(folder, 1)) {
    }
}

/// After each number of items the rest is cut as far as it goes.
template <class Source, class Tell>
void expect_parts(const Source& source, const Tell& tell, const Numbers& expected, const std::string& what) {
    for (std::size_t before = 0; before <= expected.size(); ++before) {
        Numbers got;
        TellingFolder<Tell> folder{tell, got};
        auto part = source.part();
        if (before == 0 || part.feed(folder, before)) take_leaves(std::move(part), folder);
        EXPECT_EQ(got, expected) << what << ", cut after " << before;
    }
}

/// The place and the length of a slice as one number.
template <class Slice>
std::int64_t place(const Slice& slice, const void* begin) {
    const auto* const at = static_cast<const char*>(static_cast<const void*>(slice.data()));
    return 1'000 * (at - static_cast<const char*>(begin)) + static_cast<std::int64_t>(slice.size());
}

TEST(IterEverySplit, OfSlicesAndLinesWithSeparatorsInEveryPattern) {
    for (std::size_t length = 0; length <= 8; ++length) {
        for (unsigned pattern = 0; pattern < 1U << length; ++pattern) {
            std::string text(length, 'x');
            for (std::size_t i = 0; i < length; ++i)
                if ((pattern >> i & 1U) != 0) text[i] = '\n';
            const std::string what = "pattern " + std::to_string(pattern) + " of " + std::to_string(length);
            Numbers slices;
            Numbers words;
            Numbers lines;
            Numbers runs;
            for (std::size_t begin = 0, i = 0; i <= length; ++i) {
                if (i < length && text[i] != '\n') continue;
                const auto here = static_cast<std::int64_t>(1'000 * begin + i - begin);
                slices.push_back(here);
                if (i > begin) words.push_back(here);
                if (i < length || i > begin) lines.push_back(here);
                begin = i + 1;
            }
            for (std::size_t begin = 0, i = 1; i <= length; ++i) {
                if (i < length && text[i] == text[i - 1]) continue;
                runs.push_back(static_cast<std::int64_t>(1'000 * begin + i - begin));
                begin = i;
            }
            const auto tell = [&](const auto& slice) { return place(slice, text.data()); };
            expect_parts(par_split(text, [](char c) { return c == '\n'; }), tell, slices, "par_split, " + what);
            expect_parts(par_lines(text), tell, lines, "par_lines, " + what);
            expect_parts(par_split_whitespace(text), tell, words, "par_split_whitespace, " + what);
            expect_parts(par_chunk_by(text, std::equal_to<>()), tell, runs, "par_chunk_by, " + what);
        }
    }
}

TEST(IterEverySplit, OfNumbersTooManyToIndex) {
    __extension__ using Wide = __int128;
    const auto tell = [](Wide x) { return static_cast<std::int64_t>(x); };
    for (std::size_t size = 0; size <= longest; ++size)
        expect_parts(par_range(Wide{10}, Wide{10} + static_cast<Wide>(size)), tell, counted(size), "a wide range");
}

}  // namespace
}  // namespace grainscope
