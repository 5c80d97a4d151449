// The examples that the API promises compile and run as written, as far as the library reaches today.
#include <gtest/gtest.h>

#include <stdlib.h>      // has a ::select of its own
#include <sys/socket.h>  // and this a ::recv and a ::send

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <grainscope/grainscope.h>

#include "raw_server.h"

using namespace grainscope;

namespace {

// -- parallel iterators
struct Output {
    std::int64_t squared = 0;
    bool operator==(const Output&) const = default;
};
struct Item {
    std::int64_t value = 0;
    [[nodiscard]] bool is_valid() const { return value % 3 != 0; }
};
Output expensive_transform(const Item& item) { return {item.value * item.value}; }

using Counts = std::unordered_map<std::string, std::size_t>;

Counts count_words(const std::vector<std::string>& documents) {
    // clang-format off: as the API's page has it
    Counts word_count = par_iter(documents)
                            .fold([] { return Counts{}; },
                                  [](Counts map, const std::string& doc) {
                                      for (auto word : split_whitespace(doc)) ++map[std::string(word)];
                                      return map;
                                  })
                            .reduce([] { return Counts{}; },
                                    [](Counts a, Counts b) {
                                        for (auto& [k, v] : b) a[k] += v;
                                        return a;
                                    });
    // clang-format on
    return word_count;
}

// -- scoped operating-system threads: every thread is joined before thread_scope returns
std::uint32_t expensive_computation(std::uint32_t item) { return item * 3 + 1; }

void process_chunks(std::span<std::uint32_t> data) {
    thread_scope([&](ThreadScope& s) {
        for (std::span<std::uint32_t> chunk : chunks_mut(data, data.size() / 4))
            s.spawn([chunk] {
                for (auto& item : chunk) item = expensive_computation(item);
            });
    });
}

// -- CPU-bound
struct Image {
    std::vector<std::uint8_t> pixels;
};
struct Thumbnail {
    std::size_t average = 0;
    bool operator==(const Thumbnail&) const = default;
};
Thumbnail generate_thumbnail(Image image) {
    return {std::accumulate(image.pixels.begin(), image.pixels.end(), std::size_t{0}) / image.pixels.size()};
}

std::vector<Thumbnail> process_images(std::vector<Image> images) {
    return into_par_iter(std::move(images)).map(generate_thumbnail).collect<std::vector>();
}

// -- IO-bound
using io::Response;
io::Task<std::vector<io::Result<Response>>> fetch_all(std::vector<std::string> urls) {
    std::vector<io::Task<io::Result<Response>>> fetches;
    for (auto& url : urls) fetches.push_back(io::get(url));
    co_return co_await io::join_all(std::move(fetches));
}

// -- mixed
std::vector<std::byte> compress_and_encrypt(std::vector<std::byte> file) {
    for (std::byte& byte : file) byte ^= std::byte{0x5a};
    return file;
}
io::Task<std::vector<std::byte>> receive_file(std::vector<std::byte> data) {
    co_await io::yield_now();
    co_return data;
}
io::Task<io::Result<std::string>> store_result(std::vector<std::byte> sealed) {
    co_await io::yield_now();
    co_return std::to_string(sealed.size()) + " bytes stored";
}
io::Task<io::Result<std::string>> process_upload(std::vector<std::byte> data) {
    auto file = co_await receive_file(std::move(data));
    auto sealed = co_await io::spawn_blocking(compress_and_encrypt, std::move(file));
    co_return co_await store_result(std::move(sealed));
}

// -- work stealing: quicksort with a custom threshold, written by a user
template <class T>
std::size_t partition(std::span<T> data) {
    const T pivot = data[data.size() / 2];
    auto middle = std::partition(data.begin(), data.end(), [&](const T& item) { return item < pivot; });
    const auto smaller = middle - data.begin();
    if (smaller > 0) return static_cast<std::size_t>(smaller);
    // The pivot is the smallest: all that equals it goes to the left.
    middle = std::partition(data.begin(), data.end(), [&](const T& item) { return !(pivot < item); });
    return static_cast<std::size_t>(middle - data.begin());
}

template <class T>
void my_quicksort(std::span<T> data) {
    if (data.size() <= 32) {
        std::sort(data.begin(), data.end());
        return;
    }
    const std::size_t pivot = partition(data);
    if (pivot == data.size()) return;  // all equal
    join([&] { my_quicksort(data.first(pivot)); }, [&] { my_quicksort(data.subspan(pivot)); });
}

TEST(SeedExamples, NumbersAreSummed) {
    std::vector<std::int64_t> numbers(100'000);
    std::iota(numbers.begin(), numbers.end(), 1);
    const std::int64_t sum = par_iter(numbers).sum();
    EXPECT_EQ(sum, 5'000'050'000);
}

TEST(SeedExamples, ItemsAreFilteredMappedAndCollected) {
    std::vector<Item> items(1000);
    for (std::size_t i = 0; i < items.size(); ++i) items[i].value = static_cast<std::int64_t>(i);
    std::vector<Output> results = par_iter(items)
                                      .filter([](const Item& item) { return item.is_valid(); })
                                      .map(expensive_transform)
                                      .collect<std::vector>();
    std::vector<Output> expected;
    for (const Item& item : items)
        if (item.is_valid()) expected.push_back(expensive_transform(item));
    EXPECT_EQ(results, expected);
    EXPECT_EQ(par_iter(items)
                  .filter([](const Item& item) { return item.is_valid(); })
                  .map(expensive_transform)
                  .collect<std::vector<Output>>(),
              expected);
}

TEST(SeedExamples, DataAreSortedBothWays) {
    std::vector<int> data(50'000);
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<int>((i * 7919) % 50'021);
    par_sort(data);
    EXPECT_TRUE(std::ranges::is_sorted(data));
    par_sort_by(data, std::greater<>{});
    EXPECT_TRUE(std::ranges::is_sorted(data, std::greater<>{}));
}

TEST(SeedExamples, WordsAreCounted) {
    const std::vector<std::string> documents{"to be or", " not  to be", "", "that is the question to"};
    const Counts counts = count_words(documents);
    EXPECT_EQ(counts.size(), 8U);
    EXPECT_EQ(counts.at("to"), 3U);
    EXPECT_EQ(counts.at("be"), 2U);
    EXPECT_EQ(counts.at("question"), 1U);
}

TEST(SeedExamples, TheGlobalPoolIsBuiltOnce) {
    // Whether another test was here first depends on the order; the second call never succeeds.
    try {
        ThreadPoolBuilder().num_threads(8).build_global();
        EXPECT_EQ(current_num_threads(), 8U);
    } catch (const PoolAlreadyInitialized&) {  // NOLINT: as said
    }
    EXPECT_THROW(ThreadPoolBuilder().num_threads(8).build_global(), PoolAlreadyInitialized);
}

TEST(SeedExamples, ThePoolIsBuiltAndInstalledInto) {
    std::vector<int> data(1000, 1);
    const auto process = [](int item) { EXPECT_EQ(item, 1); };
    ThreadPool pool = ThreadPoolBuilder().num_threads(4).build();
    pool.install([&] { par_iter(data).for_each(process); });
    pool.install([&] {
        scope([&](Scope& s) {
            for (int& item : data) s.spawn([&item] { item = 2; });
        });
    });
    EXPECT_EQ(std::accumulate(data.begin(), data.end(), 0), 2000);
}

TEST(SeedExamples, ImagesBecomeThumbnails) {
    std::vector<Image> images;
    for (std::uint8_t shade = 0; shade < 100; ++shade) images.push_back({std::vector<std::uint8_t>(64, shade)});
    const std::vector<Thumbnail> thumbnails = process_images(std::move(images));
    ASSERT_EQ(thumbnails.size(), 100U);
    for (std::size_t i = 0; i < thumbnails.size(); ++i) EXPECT_EQ(thumbnails[i].average, i);
}

TEST(SeedExamples, UrlsAreFetchedSideBySideAndEachHasItsOwnResult) {
    const tests::RawServer server([](tests::RawPeer& peer) {
        while (!peer.read_request().empty()) peer.answer("page");
    });
    io::Runtime runtime;
    const auto answers = runtime.block_on(fetch_all({server.url("/1"), "no url", server.url("/2")}));
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0]->body, "page");
    EXPECT_EQ(answers[1].error().kind, io::Error::Kind::invalid_url);
    EXPECT_EQ(answers[2]->status, 200U);
}

TEST(SeedExamples, AnUploadIsSealedOnABlockingThread) {
    io::Runtime runtime;
    EXPECT_EQ(runtime.block_on(process_upload(std::vector<std::byte>(1000))), "1000 bytes stored");
    EXPECT_EQ(runtime.telemetry().most_blocking_threads, 1U);
}

TEST(SeedExamples, ScopedThreadsProcessChunks) {
    std::vector<std::uint32_t> data(1001);
    std::iota(data.begin(), data.end(), 0U);
    process_chunks(data);
    for (std::uint32_t i = 0; i < data.size(); ++i) ASSERT_EQ(data[i], i * 3 + 1);
}

TEST(SeedExamples, AUsersOwnQuicksortForksWithJoin) {
    std::vector<std::uint64_t> data(100'000);
    std::uint64_t state = 1;
    for (auto& item : data) item = (state = state * 6364136223846793005U + 1442695040888963407U) >> 40;
    my_quicksort(std::span(data));
    EXPECT_TRUE(std::ranges::is_sorted(data));
}

TEST(SeedExamples, TheTeachingSortsTakeTheirThresholds) {
    std::vector<int> data(50'000);
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<int>((i * 7919) % 50'021);
    std::vector<int> other = data;
    parallel_quicksort(std::span(data), QuicksortOptions{.threshold = 128});
    parallel_merge_sort(std::span(other), MergeSortOptions{.threshold = 512});
    EXPECT_TRUE(std::ranges::is_sorted(data));
    EXPECT_EQ(data, other);
    parallel_quicksort(std::span(data));
    parallel_merge_sort(std::span(other));
    EXPECT_EQ(data, other);
}

TEST(SeedExamples, ACancelledSortThrowsAndKeepsEveryElement) {
    std::vector<int> data(200'000);
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<int>((i * 7919) % 200'003);
    std::vector<int> expected = data;
    std::ranges::sort(expected);
    CancellationToken token;
    token.cancel();
    EXPECT_THROW(parallel_quicksort(std::span(data), QuicksortOptions{}, token), Cancelled);
    std::ranges::sort(data);
    EXPECT_EQ(data, expected);
}

// -- channels
struct Job {
    int producer = 0, number = 0;
};
std::vector<Job> generate_jobs(int producer) {
    std::vector<Job> jobs;
    for (int number = 0; number < 50; ++number) jobs.push_back({producer, number});
    return jobs;
}

TEST(SeedExamples, JobsOfFourProducersArriveThroughABoundedChannel) {
    std::vector<int> next(4);
    const auto process = [&](const Job& job) { EXPECT_EQ(job.number, next[static_cast<std::size_t>(job.producer)]++); };
    auto [tx, rx] = bounded<Job>(100);
    for (int i = 0; i < 4; ++i)
        std::jthread([tx = tx, i]() mutable {
            for (auto job : generate_jobs(i)) tx.send(job).value();
        }).detach();
    tx.reset();
    for (Job& job : rx) process(job);
    EXPECT_EQ(next, (std::vector<int>{50, 50, 50, 50}));
}

TEST(SeedExamples, ALoopSelectsOverTwoSourcesAndAQuit) {
    using Event = std::string;
    const auto [tx1, rx1] = unbounded<Event>();
    const auto [tx2, rx2] = bounded<Event>(2);
    auto [quit_tx, quit] = bounded<int>(0);
    tx1.send("one").value();
    tx2.send("two").value();
    std::vector<Event> events;
    const auto handle_event = [&](Event event) { events.push_back(std::move(event)); };
    bool running = true;
    while (running) {
        if (events.size() == 2) quit_tx.reset();
        select(recv(rx1,
                    [&](std::expected<Event, RecvError> msg) {
                        if (msg) handle_event(*msg);
                    }),
               recv(rx2,
                    [&](std::expected<Event, RecvError> msg) {
                        if (msg) handle_event(*msg);
                    }),
               recv(quit, [&](auto) { running = false; }));
    }
    std::sort(events.begin(), events.end());
    EXPECT_EQ(events, (std::vector<Event>{"one", "two"}));
}

TEST(SeedExamples, TicksAndTimeoutsAreChannels) {
    using namespace std::chrono_literals;
    Receiver<Instant> ticker = tick(1ms);
    Receiver<Instant> timeout = after(30s);
    const Instant first = ticker.recv().value();
    EXPECT_GE(ticker.recv().value() - first, 1ms);
    EXPECT_FALSE(timeout.try_recv().has_value());
    EXPECT_TRUE(select(recv(ticker, [] { return true; }), recv(timeout, [] { return false; })));
}

// -- concurrent data structures
TEST(SeedExamples, AQueueAndAMapAreShared) {
    ArrayQueue<int> queue(1000);
    (void)queue.push(42);
    std::optional<int> val = queue.pop();
    EXPECT_EQ(val, 42);
    SkipMap<std::string, std::string> map;
    map.insert("key", "value");
    std::string printed;
    if (auto entry = map.get("key")) printed = entry->key() + ": " + entry->value();
    EXPECT_EQ(printed, "key: value");
}

// -- atomic metrics
struct Metrics {
    Counter requests, errors;
    void record_request() { requests.increment(); }
    void record_error() { errors.increment(); }
    std::pair<std::uint64_t, std::uint64_t> snapshot() const { return {requests.value(), errors.value()}; }
};

TEST(SeedExamples, MetricsAreCountedFromEveryWorker) {
    Metrics metrics;
    par_range(0, 1000).for_each([&](int i) { i % 10 == 0 ? metrics.record_error() : metrics.record_request(); });
    EXPECT_EQ(metrics.snapshot(), (std::pair<std::uint64_t, std::uint64_t>{900, 100}));
}

}  // namespace
