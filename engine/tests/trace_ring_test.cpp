#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include <grainscope/trace/event_ring.h>

namespace grainscope::trace {
namespace {

Event numbered(std::uint64_t number) {
    return {.begin = number, .end = number + 1, .id = number * 3, .parent = ~number};
}

TEST(EventRing, GivesBackWhatWasPushedInOrderAcrossItsWrap) {
    EventRing ring(8);
    std::uint64_t pushed = 0, seen = 0;
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 5; ++i) ring.push(numbered(pushed++));
        ring.drain([&](std::span<const Event> events) {
            for (const Event& event : events) EXPECT_EQ(event.begin, seen++);
        });
    }
    EXPECT_EQ(seen, pushed);
    EXPECT_EQ(ring.dropped(), 0U);
}

TEST(EventRing, CountsExactlyWhatItCouldNotTake) {
    EventRing ring(16);
    for (std::uint64_t i = 0; i < 100; ++i) ring.push(numbered(i));
    EXPECT_EQ(ring.dropped(), 84U);
    std::vector<Ticks> kept;
    EXPECT_EQ(ring.drain([&](std::span<const Event> events) {
        for (const Event& event : events) kept.push_back(event.begin);
    }),
              16U);
    EXPECT_EQ(kept.front(), 0U) << "what was there first stays";
    EXPECT_EQ(kept.back(), 15U);
    ring.push(numbered(200));
    EXPECT_EQ(ring.dropped(), 84U) << "there is room again";
    EXPECT_EQ(ring.drain([](std::span<const Event>) {}), 1U);
    EXPECT_EQ(ring.drain([](std::span<const Event>) { FAIL() << "nothing is left"; }), 0U);
}

TEST(EventRing, BetweenTwoThreadsNothingIsTornLostOrTwice) {
    constexpr std::uint64_t events = 300'000;
    EventRing ring(256);
    Atomic<bool> done{false};
    std::thread worker([&] {
        for (std::uint64_t i = 0; i < events; ++i) ring.push(numbered(i));
        done.store(true, release);  // pairs with the acquire below: the last pushes are seen
    });
    std::uint64_t seen = 0, next_at_least = 0;
    const auto look = [&] {
        return ring.drain([&](std::span<const Event> batch) {
            for (const Event& event : batch) {
                ASSERT_GE(event.begin, next_at_least);
                ASSERT_EQ(event.end, event.begin + 1);
                ASSERT_EQ(event.id, event.begin * 3);
                ASSERT_EQ(event.parent, ~event.begin);
                next_at_least = event.begin + 1;
                ++seen;
            }
        });
    };
    while (!done.load(acquire)) look();  // pairs with the release above
    look();
    worker.join();
    EXPECT_EQ(seen + ring.dropped(), events);
    EXPECT_GT(seen, 0U);
}

}  // namespace
}  // namespace grainscope::trace
