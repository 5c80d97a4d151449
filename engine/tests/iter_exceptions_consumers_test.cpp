// Closures of consumers and of sources that throw, at every call, and what a search leaves behind: every object is
// destroyed exactly once, siblings stop, and the pool goes on.
#include <atomic>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>
#include <variant>
#include <vector>

#include "iter_counted.h"

namespace grainscope {
namespace {

using namespace iter_testing;

TEST(IterExceptions, OutOfTheClosuresOfConsumers) {
    throws_everywhere("for_each", [](Fuse& f) { values().for_each([&](const Counted&) { f.burn(); }); });
    throws_everywhere("for_each_init", [](Fuse& f) {
        values().for_each_init([&] { return f.burn(), Counted(0); }, [&](Counted&, const Counted&) { f.burn(); });
    });
    throws_everywhere("try_for_each", [](Fuse& f) {
        static_cast<void>(values().try_for_each([&](Counted c) {
            return f.burn(),
                   std::expected<void, Counted>(is_even(c) ? std::expected<void, Counted>()
                                                           : std::expected<void, Counted>(std::unexpect, std::move(c)));
        }));
    });
    throws_everywhere("reduce", [](Fuse& f) {
        static_cast<void>(values().reduce([&] { return f.burn(), Counted(0); },
                                          [&](Counted a, const Counted&) { return f.burn(), a; }));
    });
    throws_everywhere("reduce_with", [](Fuse& f) {
        static_cast<void>(values().reduce_with([&](const Counted&, Counted b) { return f.burn(), b; }));
    });
    throws_everywhere("min_by", [](Fuse& f) {
        static_cast<void>(
            values().min_by([&](const Counted& a, const Counted& b) { return f.burn(), a.checked() < b.checked(); }));
    });
    throws_everywhere("max_by_key", [](Fuse& f) {
        static_cast<void>(values().max_by_key([&](const Counted& c) { return f.burn(), c.checked() % 5; }));
    });
    throws_everywhere("any", [](Fuse& f) {
        static_cast<void>(values().any([&](const Counted& c) { return f.burn(), c.checked() == 7; }));
    });
    throws_everywhere("find_first", [](Fuse& f) {
        static_cast<void>(values().find_first([&](const Counted& c) { return f.burn(), c.checked() == 7; }));
    });
    throws_everywhere("find_last", [](Fuse& f) {
        static_cast<void>(values().find_last([&](const Counted& c) { return f.burn(), c.checked() == 7; }));
    });
    throws_everywhere("position_any", [](Fuse& f) {
        static_cast<void>(values().position_any([&](const Counted& c) { return f.burn(), c.checked() == 7; }));
    });
    throws_everywhere("partition", [](Fuse& f) {
        static_cast<void>(values().partition([&](const Counted& c) { return f.burn(), is_even(c); }));
    });
    throws_everywhere("partition_map", [](Fuse& f) {
        static_cast<void>(values().partition_map([&](Counted c) -> std::variant<Counted, int> {
            f.burn();
            if (is_even(c)) return c;
            return 1;
        }));
    });
    throws_everywhere("is_sorted_by", [](Fuse& f) {
        static_cast<void>(values().is_sorted_by(
            [&](const Counted& a, const Counted& b) { return f.burn(), a.checked() < b.checked() - 100; }));
    });
}

TEST(IterExceptions, WhileItemsAreGathered) {
    const auto burning = [](Fuse& f) { return values().inspect([&f](const Counted&) { f.burn(); }); };
    const auto everything = [](const Counted&) { return true; };
    throws_everywhere("collect, indexed", [&](Fuse& f) { static_cast<void>(burning(f).collect<std::vector>()); });
    throws_everywhere("collect, unindexed",
                      [&](Fuse& f) { static_cast<void>(burning(f).filter(everything).collect<std::vector>()); });
    throws_everywhere("collect into a map", [&](Fuse& f) {
        static_cast<void>(
            burning(f).map([](Counted c) { return std::pair(c.checked(), std::move(c)); }).collect<std::map>());
    });
    throws_everywhere("collect results", [&](Fuse& f) {
        static_cast<void>(burning(f)
                              .map([](Counted c) { return std::optional(std::move(c)); })
                              .collect<std::optional<std::vector<Counted>>>());
    });
    throws_everywhere("unzip", [&](Fuse& f) { static_cast<void>(burning(f).enumerate().unzip()); });
    throws_everywhere("into_iter", [&](Fuse& f) {
        for (auto& c : burning(f).into_iter()) static_cast<void>(c.checked());
    });
    throws_everywhere("extend", [&](Fuse& f) {
        std::vector<Counted> kept(3, Counted(1));
        try {
            burning(f).extend(kept);
        } catch (const Blown&) {
            EXPECT_EQ(kept.size(), 3U);
            throw;
        }
    });
}

TEST(IterExceptions, OutOfSources) {
    throws_everywhere("into_par_iter", [](Fuse& f) {
        std::vector<Counted> given;
        for (int i = 0; i < size; ++i) given.emplace_back(i);
        into_par_iter(std::move(given))
            .with_max_len(2)
            .map([&](Counted c) { return f.burn(), c; })
            .for_each([](const Counted&) {});
    });
    throws_everywhere("par_bridge", [](Fuse& f) {
        par_bridge(std::views::iota(0, size) | std::views::transform([&](int i) { return f.burn(), Counted(i); }))
            .for_each([](const Counted&) {});
    });
    throws_everywhere("walk_tree", [](Fuse& f) {
        const auto below = [&](const Counted& c) {
            return f.burn(), std::vector<Counted>(c.checked() > 0 ? 2 : 0, Counted(c.checked() - 1));
        };
        walk_tree(Counted(3), below).for_each([](const Counted&) {});
    });
    throws_everywhere("split", [](Fuse& f) {
        const auto halves = [&](Counted c) -> std::pair<Counted, std::optional<Counted>> {
            f.burn();
            if (c.checked() == 0) return {std::move(c), std::nullopt};
            return {Counted(c.checked() / 2), Counted(c.checked() / 2)};
        };
        split(Counted(8), halves).for_each([&](const Counted&) { f.burn(); });
    });
    throws_everywhere("par_chunk_by", [](Fuse& f) {
        const std::vector<Counted> given(size, Counted(1));
        par_chunk_by(given, [&](const Counted&, const Counted&) { return f.burn(), false; }).for_each([](const auto&) {
        });
    });
}

TEST(IterExceptions, AtRandomCallsOfManyItems) {
    const std::uint64_t from = seed();
    std::mt19937_64 random(from);
    for (int round = 0; round < 20; ++round) {
        const std::size_t threads = thread_counts[random() % thread_counts.size()];
        Fuse fuse(static_cast<int>(1 + random() % 20'000));
        const auto many = [&] { return par_range(0, 20'000).map([&](int i) { return fuse.burn(), Counted(i); }); };
        run_in(threads, [&] {
            if (round % 2 == 0)
                EXPECT_THROW(static_cast<void>(many().collect<std::vector>()), Blown);
            else
                EXPECT_THROW(static_cast<void>(many().filter(is_even).collect<std::vector>().size() + many().count()),
                             Blown);
        });
        ASSERT_EQ(Counted::alive.load(), 0) << "GRAINSCOPE_TEST_SEED=" << from << ", round " << round;
    }
}

TEST(IterExceptions, StopSiblingsThatWouldNotEndByThemselves) {
    constexpr std::int64_t endless = std::int64_t{1} << 60;
    __extension__ using Wide = __int128;
    in_every_pool([] {
        const auto fail = [](auto x) {
            if (x == 1'234) throw Blown();
        };
        EXPECT_THROW(par_range(std::int64_t{0}, endless).for_each(fail), Blown);
        EXPECT_THROW(par_range(Wide{0}, Wide{1} << 100).for_each(fail), Blown);
        EXPECT_THROW(par_bridge(std::views::iota(std::int64_t{0})).for_each(fail), Blown);
        EXPECT_THROW(par_range(std::int64_t{0}, endless)
                         .flat_map([](auto x) { return par_range(x, x + endless / 2); })
                         .for_each([](auto x) {
                             if (x % 1'000 == 999) throw Blown();
                         }),
                     Blown);
        std::atomic<std::int64_t> made{0};
        const auto init = [&made] { return ++made == 2 ? throw Blown() : 1; };
        if (current_num_threads() > 1) {
            EXPECT_THROW(
                par_range(Wide{0}, Wide{1} << 100).map_init(init, [](int, Wide x) { return x; }).for_each([](Wide) {}),
                Blown);
            made = 0;
            EXPECT_THROW(par_range(std::int64_t{0}, endless)
                             .map_init(init, [](int, std::int64_t x) { return x; })
                             .for_each([](std::int64_t) {}),
                         Blown);
        }
    });
}

TEST(IterExceptions, ItemsTakenOverAreDestroyedOnceWhereverTheSearchEnds) {
    for (const std::size_t threads : thread_counts) {
        for (int wanted = 0; wanted < size; ++wanted) {
            run_in(threads, [&] {
                std::vector<std::unique_ptr<Counted>> given;
                for (int i = 0; i < size; ++i) given.push_back(std::make_unique<Counted>(i));
                const auto found = into_par_iter(std::move(given)).with_max_len(2).find_any([&](const auto& c) {
                    return c->checked() == wanted;
                });
                EXPECT_EQ((*found)->checked(), wanted);
            });
            EXPECT_EQ(Counted::alive.load(), 0) << wanted << " in " << threads << " threads";
        }
    }
}

}  // namespace
}  // namespace grainscope
