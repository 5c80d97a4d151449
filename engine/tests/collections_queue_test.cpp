// ArrayQueue and SegQueue: the behaviour of crossbeam-queue, alone and under many threads.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <grainscope/collections/array_queue.h>
#include <grainscope/collections/seg_queue.h>

namespace grainscope {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t scale = 10;
#else
constexpr std::uint64_t scale = 1;
#endif

TEST(ArrayQueue, a_full_queue_hands_the_element_back) {
    ArrayQueue<std::unique_ptr<int>> queue(2);
    EXPECT_TRUE(queue.push(std::make_unique<int>(1)));
    EXPECT_FALSE(queue.is_full());
    EXPECT_TRUE(queue.push(std::make_unique<int>(2)));
    EXPECT_TRUE(queue.is_full());
    auto third = queue.push(std::make_unique<int>(3));
    ASSERT_FALSE(third);
    EXPECT_EQ(*third.error(), 3);
    EXPECT_EQ(**queue.pop(), 1);
    EXPECT_EQ(**queue.pop(), 2);
    EXPECT_FALSE(queue.pop());
    EXPECT_TRUE(queue.is_empty() && queue.empty());
}

TEST(ArrayQueue, force_push_takes_the_oldest_out) {
    ArrayQueue<int> queue(2);
    EXPECT_FALSE(queue.force_push(10));
    EXPECT_FALSE(queue.force_push(20));
    EXPECT_EQ(queue.force_push(30), 10);
    EXPECT_EQ(queue.len(), 2U);
    EXPECT_EQ(queue.pop(), 20);
    EXPECT_EQ(queue.pop(), 30);
}

TEST(ArrayQueue, length_is_right_on_every_lap_of_every_capacity) {
    for (std::size_t capacity = 1; capacity < 20; ++capacity) {
        ArrayQueue<std::size_t> queue(capacity);
        EXPECT_EQ(queue.capacity(), capacity);
        for (std::size_t lap = 0; lap < 50; ++lap) {
            const std::size_t n = lap % capacity + 1;
            for (std::size_t i = 0; i < n; ++i) {
                ASSERT_EQ(queue.size(), i);
                ASSERT_TRUE(queue.push(lap + i));
            }
            for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(queue.pop(), lap + i);
        }
    }
}

TEST(ArrayQueue, impossible_capacities_are_refused_with_one_line) {
    EXPECT_THROW(ArrayQueue<int>(0), std::invalid_argument);
    try {
        ArrayQueue<int> queue(std::numeric_limits<std::size_t>::max());
        FAIL();
    } catch (const std::length_error& error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("18446744073709551615"), std::string::npos);
    }
}

TEST(SegQueue, length_is_right_across_blocks) {
    SegQueue<int> queue;
    EXPECT_FALSE(queue.pop());
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 100; ++i) {
            ASSERT_EQ(queue.len(), static_cast<std::size_t>(i));
            queue.push(i);
        }
        for (int i = 0; i < 100; ++i) ASSERT_EQ(queue.pop(), i);
        EXPECT_TRUE(queue.is_empty());
    }
    for (int i = 0; i < 100; ++i) queue.push(i);
    const std::vector<int> rest = std::move(queue).into_vector();
    EXPECT_EQ(rest.size(), 100U);
    EXPECT_EQ(rest.back(), 99);
}

struct Huge {
    unsigned char bytes[32'768];
};
TEST(SegQueue, large_elements_need_no_stack_for_a_block) {
    SegQueue<Huge> queue;
    queue.push(Huge{});
    EXPECT_EQ(queue.len(), 1U);
}

/// Counts objects, and throws from the move that is said to fail.
struct Fragile {
    static inline std::atomic<int> alive = 0;
    static inline std::atomic<int> moves_until_failure = -1;
    int value;
    explicit Fragile(int v) : value(v) { ++alive; }
    Fragile(Fragile&& other) noexcept(false) : value(other.value) {
        if (moves_until_failure.fetch_sub(1) == 0) throw std::runtime_error("this move fails");
        ++alive;
    }
    ~Fragile() { --alive; }
};

template <class Make, class Push>
void survives_failing_moves(Make make, Push push) {
    for (int failing = 0; failing < 12; ++failing) {
        {
            auto queue = make();
            int thrown = 0;
            Fragile::moves_until_failure = failing;
            for (int i = 0; i < 4; ++i) {
                try {
                    push(*queue, Fragile(i));
                } catch (const std::runtime_error&) {
                    ++thrown;
                }
            }
            const std::size_t length = queue->len();
            EXPECT_EQ(static_cast<int>(length), 4 - thrown);
            for (std::size_t i = 0; i < length / 2; ++i) {
                try {
                    (void)queue->pop();
                } catch (const std::runtime_error&) {
                    ++thrown;
                }
            }
            EXPECT_EQ(queue->len(), length - length / 2);
            EXPECT_LE(thrown, 1);
            Fragile::moves_until_failure = -1;
        }
        EXPECT_EQ(Fragile::alive, 0) << "the move that failed: " << failing;
    }
}
TEST(ArrayQueue, a_move_that_throws_leaves_it_whole) {
    survives_failing_moves([] { return std::make_unique<ArrayQueue<Fragile>>(8); },
                           [](auto& queue, Fragile f) { (void)queue.push(std::move(f)); });
}
TEST(SegQueue, a_move_that_throws_leaves_it_whole) {
    survives_failing_moves([] { return std::make_unique<SegQueue<Fragile>>(); },
                           [](auto& queue, Fragile f) { queue.push(std::move(f)); });
}

struct ThrowingEnd {
    static inline int ended = 0;
    bool armed = true;
    ThrowingEnd() = default;
    ThrowingEnd(ThrowingEnd&& other) noexcept : armed(std::exchange(other.armed, false)) {}
    ~ThrowingEnd() noexcept(false) {
        if (!armed) return;
        ++ended;
        throw std::runtime_error("this destructor fails");
    }
};
TEST(Queues, destructors_that_throw_run_once_each_when_the_queue_ends) {
    ThrowingEnd::ended = 0;
    {
        ArrayQueue<ThrowingEnd> bounded(4);
        SegQueue<ThrowingEnd> unbounded;
        for (int i = 0; i < 3; ++i) (void)bounded.push(ThrowingEnd());
        for (int i = 0; i < 3; ++i) unbounded.push(ThrowingEnd());
        EXPECT_EQ(ThrowingEnd::ended, 0);
    }
    EXPECT_EQ(ThrowingEnd::ended, 6);
}

/// Two producers and two consumers. Each element comes once, and those of a producer in their order.
template <class Push, class Pop>
void each_once_and_in_order(Push push, Pop pop) {
    constexpr std::uint64_t producers = 2;
    const std::uint64_t each = 40'000 / scale;
    std::vector<std::atomic<int>> seen(producers * each);
    std::atomic<std::uint64_t> left = producers * each;
    std::atomic<bool> in_order = true;
    {
        std::vector<std::jthread> threads;
        for (std::uint64_t p = 0; p < producers; ++p) {
            threads.emplace_back([&, p] {
                for (std::uint64_t i = 0; i < each; ++i) push(p * each + i);
            });
            threads.emplace_back([&] {
                std::vector<std::int64_t> last(producers, -1);
                while (left > 0) {
                    const auto element = pop();
                    if (!element) {
                        std::this_thread::yield();
                        continue;
                    }
                    --left;
                    ++seen[*element];
                    const auto number = static_cast<std::int64_t>(*element % each);
                    if (number <= std::exchange(last[*element / each], number)) in_order = false;
                }
            });
        }
    }
    EXPECT_TRUE(in_order);
    for (const auto& times : seen) ASSERT_EQ(times, 1);
}
TEST(ArrayQueue, many_threads_get_each_element_once_and_in_order) {
    ArrayQueue<std::uint64_t> queue(3);
    each_once_and_in_order(
        [&](std::uint64_t x) {
            while (!queue.push(x)) std::this_thread::yield();
        },
        [&] { return queue.pop(); });
    EXPECT_TRUE(queue.is_empty());
}
TEST(SegQueue, many_threads_get_each_element_once_and_in_order) {
    SegQueue<std::uint64_t> queue;
    each_once_and_in_order([&](std::uint64_t x) { queue.push(x); }, [&] { return queue.pop(); });
    EXPECT_TRUE(queue.is_empty());
}

TEST(ArrayQueue, force_push_and_pop_hand_out_each_element_once) {
    const std::uint64_t count = 40'000 / scale;
    ArrayQueue<std::uint64_t> queue(3);
    std::vector<std::atomic<int>> seen(2 * count);
    std::atomic<int> pushing = 2;
    {
        std::vector<std::jthread> threads;
        for (std::uint64_t p = 0; p < 2; ++p) {
            threads.emplace_back([&, p] {
                for (std::uint64_t i = 0; i < count; ++i)
                    if (const auto oldest = queue.force_push(p * count + i)) ++seen[*oldest];
                --pushing;
            });
            threads.emplace_back([&] {
                while (pushing > 0 || !queue.is_empty()) {
                    if (const auto element = queue.pop()) {
                        ++seen[*element];
                    } else {
                        std::this_thread::yield();
                    }
                }
            });
        }
    }
    for (const auto& times : seen) ASSERT_EQ(times, 1);
}

TEST(ArrayQueue, who_has_pushed_never_finds_it_empty) {
    ArrayQueue<int> queue(4);
    std::atomic<int> failures = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (std::uint64_t i = 0; i < 10'000 / scale; ++i) {
                    if (t % 2 == 0) {
                        while (!queue.push(0)) std::this_thread::yield();
                        failures += !queue.pop();
                    } else if (!queue.force_push(0)) {
                        failures += !queue.pop();
                    }
                }
            });
        }
    }
    EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace grainscope
