// Downloads by tasks, by threads and by a pool: right answers from our own server, and from servers that do what they
// should not.
#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <grainscope/backends/crew_backend.h>
#include <grainscope/runtime/blocking.h>
#include <grainscope/workloads/fetch_strategies.h>
#include <grainscope/workloads/item_server.h>
#include <grainscope/workloads/latencies.h>
#include <grainscope/workloads/url_list.h>
#include <grainscope/workloads/workload.h>

#include "raw_server.h"
#include "workloads_prepared.h"

namespace grainscope::workloads {
namespace {

using grainscope::tests::RawPeer;
using grainscope::tests::RawServer;
using testing::Given;
using testing::prepared;
using testing::values_of;

Given with(Given given, const Given& more) {
    given.insert(given.end(), more.begin(), more.end());
    return given;
}

/// A prepared workload with the crew that its values ask for.
struct Ready {
    explicit Ready(const Given& given, std::size_t threads = 2)
        : workload(prepared("fetch-all", given)),
          crew(Registry::instance().find("fetch-all")->description.crew(values_of("fetch-all", given), threads),
               threads) {}
    void run() {
        workload->reset(context);
        workload->run(crew, context);
    }
    [[nodiscard]] double figure(const std::string& name) const {
        for (const Figure& figure : workload->figures())
            if (figure.name == name) return figure.value;
        ADD_FAILURE() << "there is no figure " << name;
        return -1;
    }
    [[nodiscard]] std::map<std::string, std::string> failures() const {
        std::map<std::string, std::string> all;
        for (const ItemFailure& failure : workload->item_failures()) all[failure.item] = failure.error;
        return all;
    }

    RunContext context;
    std::unique_ptr<Workload> workload;
    backends::CrewBackend crew;
};

/// A file of URLs that goes with the object.
class UrlFile {
  public:
    explicit UrlFile(const std::string& content) {
        std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
        std::ranges::replace(name, '/', '-');
        path_ = ::testing::TempDir() + "urls-" + std::to_string(::getpid()) + "-" + name;
        std::ofstream(path_) << content;
    }
    ~UrlFile() { ::unlink(path_.c_str()); }
    UrlFile(const UrlFile&) = delete;
    UrlFile& operator=(const UrlFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

class FetchBy : public ::testing::TestWithParam<std::string> {
  protected:
    [[nodiscard]] static Given strategy() { return {{"strategy", GetParam()}}; }
};
INSTANTIATE_TEST_SUITE_P(Each, FetchBy, ::testing::Values("tasks", "threads", "pool"),
                         [](const auto& strategy) { return strategy.param; });

TEST_P(FetchBy, EveryMadeUpItemComesAsItIs) {
    Ready fetch(with(strategy(), {{"n", "60"}, {"concurrency", "8"}, {"latency", "0.2"}, {"size", "300"}}));
    for (int again = 0; again < 2; ++again) {
        fetch.run();
        const auto verdict = fetch.workload->check();
        EXPECT_TRUE(verdict) << verdict.error();
    }
    EXPECT_TRUE(fetch.failures().empty());
    EXPECT_EQ(fetch.workload->items(), 60);
    EXPECT_LE(fetch.figure("requests_at_once"), 8);
    EXPECT_GT(fetch.figure("latency_median_ns"), 0.2e6);
}

TEST_P(FetchBy, ItemsThatTheServerRefusesAreFailuresByName) {
    Ready fetch(with(strategy(), {{"n", "50"}, {"concurrency", "5"}, {"latency", "0"}, {"errors", "0.3"}}));
    fetch.run();
    const auto verdict = fetch.workload->check();
    EXPECT_TRUE(verdict) << verdict.error();
    const ItemPlan plan{.errors = 0.3, .seed = 1};
    std::map<std::string, std::string> right;
    for (std::size_t i = 0; i < 50; ++i)
        if (plan.fails(i)) right[target_of(i)] = "answered 500";
    EXPECT_GT(right.size(), 5U);
    EXPECT_EQ(fetch.failures(), right);
}

TEST_P(FetchBy, EachFaultIsItsOwnUrlsAlone) {
    const RawServer good([](RawPeer& peer) {
        while (!peer.read_request().empty()) peer.answer("good");
    });
    const RawServer missing([](RawPeer& peer) {
        while (!peer.read_request().empty()) peer.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    });
    const RawServer resets([](RawPeer& peer) {
        (void)peer.read_request();
        peer.reset();
    });
    const RawServer talks([](RawPeer& peer) {
        (void)peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nand more than that");
        peer.wait_for_end();
    });
    const UrlFile list(good.url("/1") + "\n" + missing.url() + "\n" + resets.url() + "\nno url\n" + good.url("/2") +
                       "\n" + talks.url() + "\nhttp://127.0.0.1:1/\n" + good.url("/3"));
    Ready fetch(with(strategy(), {{"urls", list.path()}, {"concurrency", "3"}}));
    fetch.run();
    EXPECT_TRUE(fetch.workload->check());
    EXPECT_EQ(fetch.workload->items(), 8);
    const auto failures = fetch.failures();
    EXPECT_EQ(failures.size(), 5U);
    EXPECT_EQ(failures.at(missing.url()), "answered 404");
    EXPECT_NE(failures.at(resets.url()).find("closed the connection"), std::string::npos);
    EXPECT_NE(failures.at(talks.url()).find("more than it said"), std::string::npos);
    EXPECT_NE(failures.at("no url").find("is no URL"), std::string::npos);
    EXPECT_NE(failures.at("http://127.0.0.1:1/").find("refused"), std::string::npos);
}

TEST_P(FetchBy, AnAnswerThatStallsHalfWayFailsInTime) {
    const RawServer stalls([](RawPeer& peer) {
        (void)peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        peer.wait_for_end();
    });
    const UrlFile list(stalls.url("/1") + "\n" + stalls.url("/2") + "\n");
    Ready fetch(with(strategy(), {{"urls", list.path()}, {"concurrency", "2"}, {"timeout", "0.02"}}));
    fetch.run();
    EXPECT_TRUE(fetch.workload->check());
    EXPECT_EQ(fetch.failures().at(stalls.url("/2")), "GET " + stalls.url("/2") + ": timed out after 20 ms");
}

TEST_P(FetchBy, AnItemThatIsLateIsAFailureAndNoWrongAnswer) {
    Ready fetch(with(strategy(), {{"n", "4"}, {"concurrency", "4"}, {"latency", "60000"}, {"timeout", "0.01"}}));
    fetch.run();
    const auto verdict = fetch.workload->check();
    EXPECT_TRUE(verdict) << verdict.error();
    EXPECT_EQ(fetch.failures().size(), 4U);
}

TEST_P(FetchBy, KeepsConnectionsWhereItIsAskedTo) {
    const RawServer server([](RawPeer& peer) {
        while (!peer.read_request().empty()) peer.answer("x");
    });
    std::string urls;
    for (std::size_t i = 0; i < 20; ++i) urls += server.url(target_of(i)) + "\n";
    const UrlFile list(urls);
    const Given given = with(strategy(), {{"urls", list.path()}, {"concurrency", "2"}});
    Ready kept(given);
    kept.run();
    EXPECT_LE(server.connections(), 2);
    const int before = server.connections();
    Ready fresh(with(given, {{"keep-alive", "false"}}));
    fresh.run();
    EXPECT_EQ(server.connections() - before, 20);
}

TEST_P(FetchBy, ACancelledRunEnds) {
    const RawServer answers_one([](RawPeer& peer) {
        if (!peer.read_request().empty()) peer.answer("x");
        (void)peer.read_request();
    });
    std::string urls;
    for (int i = 0; i < 1000; ++i) urls += answers_one.url("/") + "\n";
    const UrlFile list(urls);
    Ready fetch(with(strategy(), {{"urls", list.path()}, {"concurrency", "2"}}));
    fetch.workload->reset(fetch.context);
    fetch.context.cancel.cancel();
    EXPECT_THROW(fetch.workload->run(fetch.crew, fetch.context), Cancelled);
}

TEST(FetchAll, ACancelledRunDropsWhatItsTasksWaitFor) {
    std::atomic<int> asked = 0;
    const RawServer never([&](RawPeer& peer) {
        if (!peer.read_request().empty()) ++asked;
        peer.wait_for_end();
    });
    const UrlFile list(never.url("/1") + "\n" + never.url("/2"));
    Ready fetch({{"urls", list.path()}, {"concurrency", "2"}}, 1);
    fetch.workload->reset(fetch.context);
    std::thread canceller([&] {
        while (asked < 2) std::this_thread::yield();
        fetch.context.cancel.cancel();
    });
    EXPECT_THROW(fetch.workload->run(fetch.crew, fetch.context), Cancelled);
    canceller.join();
}

TEST(FetchAll, ThreadsAreNoMoreThanTheCrewHas) {
    Ready fetch({{"strategy", "threads"}, {"n", "30"}, {"concurrency", "20"}, {"latency", "1"}}, 3);
    fetch.run();
    EXPECT_TRUE(fetch.workload->check());
    EXPECT_LE(fetch.figure("threads_at_once"), 3);
    EXPECT_EQ(fetch.crew.subject().worker_count(), 3U);
}

TEST(FetchAll, TheRowsAreThoseOfTheStrategy) {
    const Description& description = Registry::instance().find("fetch-all")->description;
    const auto crew = [&](const Given& given, std::size_t threads) {
        return description.crew(values_of("fetch-all", given), threads);
    };
    EXPECT_EQ(crew({}, 2), (backends::Crew{.io_threads = 2}));
    EXPECT_EQ(crew({{"strategy", "pool"}}, 2), (backends::Crew{.workers = 2}));
    EXPECT_EQ(crew({{"strategy", "threads"}}, 10'000), (backends::Crew{.brief_threads = 1024}));
    EXPECT_EQ(description.default_threads(values_of("fetch-all", {})), 1U);
    EXPECT_EQ(description.default_threads(
                  values_of("fetch-all", {{"strategy", "threads"}, {"concurrency", "300"}, {"n", "200"}})),
              200U);
}

TEST(FetchAll, AServerFollowsChangesWithoutANewStart) {
    Ready fetch({{"n", "20"}, {"concurrency", "4"}, {"latency", "0"}, {"size", "10"}});
    fetch.run();
    EXPECT_TRUE(fetch.workload->check());
    EXPECT_TRUE(fetch.workload->update(values_of(
        "fetch-all", {{"n", "20"}, {"concurrency", "2"}, {"size", "2000"}, {"latency", "0.1"}, {"errors", "1"}})));
    fetch.run();
    const auto verdict = fetch.workload->check();
    EXPECT_TRUE(verdict) << verdict.error();
    EXPECT_EQ(fetch.failures().size(), 20U);
    EXPECT_FALSE(fetch.workload->update(values_of("fetch-all", {{"n", "21"}})));
}

TEST(FetchAll, AListWithoutAUrlIsRefused) {
    const UrlFile empty("# nothing\n\n  \n");
    auto workload = Registry::instance().find("fetch-all")->create();
    const auto ready = workload->prepare(values_of("fetch-all", {{"urls", empty.path()}}), 1);
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().kind, Failure::Kind::file);
    EXPECT_EQ(ready.error().message,
              empty.path() + " has no URL in it: one a line is expected, such as http://localhost/");
}

TEST(UrlList, TakesLinesAsPeopleWriteThem) {
    const UrlFile file("\xef\xbb\xbfhttp://a/\r\n\r\n  http://b/ \t\n# http://c/\nwhatever\nhttp://d/");
    const auto urls = read_urls(file.path());
    ASSERT_TRUE(urls);
    EXPECT_EQ(*urls, (std::vector<std::string>{"http://a/", "http://b/", "whatever", "http://d/"}));
}

TEST(ItemPlan, IsTheSameOnBothSides) {
    const ItemPlan plan{.latency = std::chrono::milliseconds(20),
                        .jitter = std::chrono::milliseconds(5),
                        .errors = 0.125,
                        .size = 77,
                        .seed = 18'000'000'000'000'000'000U};
    EXPECT_EQ(ItemPlan::from(plan.text()), plan);
    for (const char* wrong : {"", "1 2 3", "a b c d e", "1 2 0.5 4 5 6"}) EXPECT_FALSE(ItemPlan::from(wrong)) << wrong;
    std::set<std::int64_t> latencies;
    std::size_t failing = 0;
    for (std::size_t i = 0; i < 4000; ++i) {
        latencies.insert(plan.latency_of(i).count());
        failing += plan.fails(i) ? 1 : 0;
    }
    EXPECT_GE(*latencies.begin(), 15'000'000);
    EXPECT_LE(*latencies.rbegin(), 25'000'000);
    EXPECT_GT(*latencies.rbegin() - *latencies.begin(), 9'000'000);
    EXPECT_NEAR(static_cast<double>(failing), 500, 100);
    const ItemBytes bytes(plan);
    EXPECT_EQ(bytes.of(3).size(), 77U);
    EXPECT_NE(bytes.of(3), bytes.of(4));
}

TEST(ItemPlan, NumbersItsTargets) {
    EXPECT_EQ(item_of(target_of(17)), 17U);
    for (const char* wrong : {"/items/", "/items/-1", "/items/1x", "/item/1", "/items/99999999999999999999999", ""})
        EXPECT_FALSE(item_of(wrong)) << wrong;
}

TEST(Latencies, AreRankedByTheNearest) {
    std::vector<std::chrono::nanoseconds> took;
    for (int i = 200; i > 0; --i) took.emplace_back(i);
    const auto figures = latency_figures(took, "latency", "Latency");
    ASSERT_EQ(figures.size(), 3U);
    EXPECT_EQ(figures[0].name, "latency_median_ns");
    EXPECT_EQ(figures[0].value, 100);
    EXPECT_EQ(figures[1].value, 198);
    EXPECT_EQ(figures[2].value, 200);
    EXPECT_TRUE(latency_figures({}, "latency", "Latency").empty());
    EXPECT_EQ(latency_figures({std::chrono::nanoseconds(5)}, "x", "X")[1].value, 5);
}

TEST(Crew, PartsThatItLacksAreALogicError) {
    backends::CrewBackend crew({.io_threads = 1}, 1);
    EXPECT_THROW((void)crew.pool(), std::logic_error);
    EXPECT_THROW((void)crew.brief_rows(), std::logic_error);
    EXPECT_THROW((backends::CrewBackend({.blocking_threads = 1}, 1)), std::logic_error);
    auto plain = backends::make_backend("grainscope", 1);
    EXPECT_THROW((void)backends::crew_of(**plain), std::logic_error);
}

TEST(Crew, RowsFollowOneAnother) {
    backends::CrewBackend crew({.io_threads = 1, .blocking_threads = 2, .workers = 3, .brief_threads = 4}, 3);
    EXPECT_EQ(crew.subject().worker_count(), 10U);
    EXPECT_EQ(crew.first_blocking_row(), 1U);
    EXPECT_EQ(crew.first_worker_row(), 3U);
    EXPECT_EQ(crew.first_brief_row(), 6U);
    const auto groups = backends::row_groups(crew.crew());
    ASSERT_EQ(groups.size(), 4U);
    EXPECT_EQ(groups[1], (backends::RowGroup{"blocking thread", 2}));
    // Each row speaks for its own part: an IO thread has no counters.
    EXPECT_FALSE(crew.subject().read_worker(0, platform::ticks()).counters);
    for (std::size_t row = 1; row < 10; ++row)
        EXPECT_TRUE(crew.subject().read_worker(row, platform::ticks()).counters) << row;
    {
        const backends::BriefRows::Seat seat(crew.brief_rows(), 1);
        blocked(trace::State::blocked_io, [&] {
            EXPECT_EQ(crew.subject().read_worker(7, platform::ticks()).states->state, trace::State::blocked_io);
        });
        EXPECT_EQ(crew.subject().read_worker(7, platform::ticks()).states->state, trace::State::busy);
        EXPECT_NE(crew.subject().read_worker(7, platform::ticks()).tid, 0);
        const backends::BriefRows::Seat none(crew.brief_rows(), 4);
    }
    EXPECT_EQ(crew.subject().read_worker(7, platform::ticks()).states->state, trace::State::parked);
    EXPECT_EQ(crew.subject().read_worker(7, platform::ticks()).counters->jobs, 1U);
    EXPECT_EQ(crew.subject().read_worker(7, platform::ticks()).tid, 0);
}

}  // namespace
}  // namespace grainscope::workloads
