// The model's memory against the litmus tests of the literature: exactly the outcomes that C++ allows.
#include <set>
#include <string>
#include <vector>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/fence.h>

#include "model/expect.h"
#include "model/values.h"

namespace grainscope::model {
namespace {

constexpr Options everything{.preemptions = any_number, .stale_reads = 4};

struct Words {
    Atomic<int> x{0};
    Atomic<int> y{0};
    int r[4] = {};
};

using Body = std::function<void(Words&)>;

/// All that the registers can be in the end, in ascending order.
std::string outcomes(const std::vector<Body>& threads, int registers, const Options& options = everything) {
    std::set<std::string> seen;
    expect_holds(
        [&](Scenario& scenario) {
            const auto words = std::make_shared<Words>();
            for (const Body& thread : threads) scenario.thread([words, &thread] { thread(*words); });
            scenario.at_end([words, registers, &seen] {
                std::string now;
                for (int i = 0; i < registers; ++i) now += static_cast<char>('0' + words->r[i]);
                Execution::enter();
                seen.insert(now);
                Execution::leave();
            });
        },
        options);
    std::string all;
    for (const std::string& one : seen) all += (all.empty() ? "" : " ") + one;
    return all;
}

TEST(ModelLitmus, StoreBufferingIsSeenUnlessBothAreSequentiallyConsistent) {
    const auto threads = [](std::memory_order store, std::memory_order load) {
        return std::vector<Body>{[=](Words& w) {
                                     w.x.store(1, store);
                                     w.r[0] = w.y.load(load);
                                 },
                                 [=](Words& w) {
                                     w.y.store(1, store);
                                     w.r[1] = w.x.load(load);
                                 }};
    };
    EXPECT_EQ(outcomes(threads(relaxed, relaxed), 2), "00 01 10 11");
    EXPECT_EQ(outcomes(threads(release, acquire), 2), "00 01 10 11");
    EXPECT_EQ(outcomes(threads(seq_cst, acquire), 2), "00 01 10 11");
    EXPECT_EQ(outcomes(threads(release, seq_cst), 2), "00 01 10 11");
    EXPECT_EQ(outcomes(threads(seq_cst, seq_cst), 2), "01 10 11");
}

TEST(ModelLitmus, AFenceOnEachSideForbidsStoreBuffering) {
    const auto threads = [](bool first, bool second) {
        return std::vector<Body>{[=](Words& w) {
                                     w.x.store(1, relaxed);
                                     if (first) fence(seq_cst, Where::current());
                                     w.r[0] = w.y.load(relaxed);
                                 },
                                 [=](Words& w) {
                                     w.y.store(1, relaxed);
                                     if (second) fence(seq_cst, Where::current());
                                     w.r[1] = w.x.load(relaxed);
                                 }};
    };
    EXPECT_EQ(outcomes(threads(true, true), 2), "01 10 11");
    EXPECT_EQ(outcomes(threads(true, false), 2), "00 01 10 11");
}

TEST(ModelLitmus, OneHeavyFenceServesBothSides) {
    const std::vector<Body> threads{[](Words& w) {
                                        w.x.store(1, relaxed);
                                        platform::light_fence();
                                        w.r[0] = w.y.load(relaxed);
                                    },
                                    [](Words& w) {
                                        w.y.store(1, relaxed);
                                        platform::heavy_fence();
                                        w.r[1] = w.x.load(relaxed);
                                    }};
    Options asymmetric = everything;
    asymmetric.asymmetric_fences = true;
    EXPECT_EQ(outcomes(threads, 2, asymmetric), "01 10 11");
    EXPECT_EQ(outcomes(threads, 2), "00 01 10 11");
}

TEST(ModelLitmus, AMessageIsSeenWithItsFlagOnlyByReleaseAndAcquire) {
    const auto threads = [](std::memory_order store, std::memory_order load) {
        return std::vector<Body>{[=](Words& w) {
                                     w.x.store(1, relaxed);
                                     w.y.store(1, store);
                                 },
                                 [=](Words& w) {
                                     w.r[0] = w.y.load(load);
                                     w.r[1] = w.x.load(relaxed);
                                 }};
    };
    EXPECT_EQ(outcomes(threads(relaxed, relaxed), 2), "00 01 10 11");
    EXPECT_EQ(outcomes(threads(release, relaxed), 2), "00 01 10 11");
    EXPECT_EQ(outcomes(threads(relaxed, acquire), 2), "00 01 10 11");
    EXPECT_EQ(outcomes(threads(release, acquire), 2), "00 01 11");
}

TEST(ModelLitmus, FencesReleaseAndAcquireForRelaxedOperations) {
    const std::vector<Body> threads{[](Words& w) {
                                        w.x.store(1, relaxed);
                                        fence(release, Where::current());
                                        w.y.store(1, relaxed);
                                    },
                                    [](Words& w) {
                                        w.r[0] = w.y.load(relaxed);
                                        fence(acquire, Where::current());
                                        w.r[1] = w.x.load(relaxed);
                                    }};
    EXPECT_EQ(outcomes(threads, 2), "00 01 11");
}

TEST(ModelLitmus, AReadModifyWriteCarriesAReleaseOn) {
    const auto threads = [](bool update) {
        return std::vector<Body>{[](Words& w) {
                                     w.x.store(1, relaxed);
                                     w.y.store(1, release);
                                 },
                                 [=](Words& w) {
                                     if (update) {
                                         int one = 1;
                                         (void)w.y.compare_exchange_strong(one, 2, relaxed);
                                     } else if (w.y.load(relaxed) == 1) {
                                         w.y.store(2, relaxed);
                                     }
                                 },
                                 [](Words& w) {
                                     w.r[0] = w.y.load(acquire);
                                     w.r[1] = w.x.load(relaxed);
                                 }};
    };
    EXPECT_EQ(outcomes(threads(true), 2), "00 01 11 21");
    EXPECT_EQ(outcomes(threads(false), 2), "00 01 11 20 21");
}

TEST(ModelLitmus, OneLocationNeverGoesBack) {
    const std::vector<Body> threads{[](Words& w) { w.x.store(1, relaxed); }, [](Words& w) { w.x.store(2, relaxed); },
                                    [](Words& w) {
                                        w.r[0] = w.x.load(relaxed);
                                        w.r[1] = w.x.load(relaxed);
                                    }};
    EXPECT_EQ(outcomes(threads, 2), "00 01 02 11 12 21 22");
}

TEST(ModelLitmus, TwoReadersAgreeOnTheOrderOfIndependentStoresOnlyIfSequentiallyConsistent) {
    const auto threads = [](std::memory_order store, std::memory_order load) {
        return std::vector<Body>{[=](Words& w) { w.x.store(1, store); }, [=](Words& w) { w.y.store(1, store); },
                                 [=](Words& w) {
                                     w.r[0] = w.x.load(load);
                                     w.r[1] = w.y.load(load);
                                 },
                                 [=](Words& w) {
                                     w.r[2] = w.y.load(load);
                                     w.r[3] = w.x.load(load);
                                 }};
    };
    EXPECT_NE(outcomes(threads(release, acquire), 4).find("1010"), std::string::npos);
    EXPECT_EQ(outcomes(threads(seq_cst, seq_cst), 4).find("1010"), std::string::npos);
}

TEST(ModelLitmus, AnUpdateNeverReadsAnOldValue) {
    const std::vector<Body> threads{[](Words& w) { w.r[0] = w.x.fetch_add(1, relaxed); },
                                    [](Words& w) { w.r[1] = w.x.fetch_add(1, relaxed); }};
    EXPECT_EQ(outcomes(threads, 2), "01 10");
}

TEST(ModelLitmus, SleepSetsAndPlainSearchSeeTheSame) {
    const std::vector<Body> threads{[](Words& w) {
                                        w.x.store(1, relaxed);
                                        w.r[0] = w.y.fetch_add(1, acq_rel);
                                        w.r[1] = w.x.load(relaxed);
                                    },
                                    [](Words& w) {
                                        w.x.store(2, release);
                                        w.r[2] = w.y.fetch_add(1, acq_rel);
                                        w.r[3] = w.x.load(acquire);
                                    }};
    EXPECT_EQ(outcomes(threads, 4), outcomes(threads, 4, {.preemptions = 6, .stale_reads = 4}));
}

}  // namespace
}  // namespace grainscope::model
