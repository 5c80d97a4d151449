// What other threads give to a loop, under every schedule of two of them and the loop.
#include <memory>

#include <grainscope/io/run_queue.h>

#include "model/expect.h"
#include "model/values.h"

namespace grainscope::model {
namespace {

using detail::async::Inbox;
using detail::async::Posted;
using detail::async::PostedQueue;

class Parcel final : public Posted {
  public:
    void fill() { content_.set(1); }
    void run() noexcept override { content_.set(content_.get() + 1); }
    [[nodiscard]] bool was_run_once() const { return content_.get() == 2; }

  private:
    Plain<int> content_{0};
};

struct Scene {
    Inbox inbox;
    Parcel parcels[3];
    Plain<int> told[2]{Plain<int>(0), Plain<int>(0)};
    Plain<int> owed{0};
    Plain<bool> sleeps{false};

    void give(int sender, int parcel) {
        parcels[parcel].fill();
        if (inbox.push(parcels[parcel])) told[sender].set(told[sender].get() + 1);
    }
    /// What the loop does: takes, runs, and sleeps if nothing has come.
    void turn() {
        PostedQueue queue;
        if (inbox.take(queue)) owed.set(owed.get() + 1);
        while (!queue.empty()) queue.pop().run();
        sleeps.set(inbox.fall_asleep());
    }
};

TEST(ModelInbox, WhatComesIsRunOnceAndASleeperIsWokenOnceForEachWakeUpItCounts) {
    expect_holds(
        [](Scenario& scenario) {
            const auto scene = std::make_shared<Scene>();
            scenario.thread([=] {
                scene->give(0, 0);
                scene->give(0, 1);
            });
            scenario.thread([=] { scene->give(1, 2); });
            scenario.thread([=] {
                scene->turn();
                scene->turn();
            });
            scenario.at_end([=] {
                const int told = scene->told[0].get() + scene->told[1].get();
                // Asleep with something in the inbox and nobody to wake it: it would sleep on.
                PostedQueue left;
                const bool woken = scene->inbox.take(left);
                check(left.empty() || !scene->sleeps.get() || woken, "something came, and nobody wakes the sleeper");
                check(told == scene->owed.get() + (woken ? 1 : 0), "other wake-ups than the loop counts");
                while (!left.empty()) left.pop().run();
                for (const Parcel& parcel : scene->parcels) check(parcel.was_run_once(), "lost, or run twice");
            });
        },
        scaled({.preemptions = 3, .stale_reads = 1}));
}

}  // namespace
}  // namespace grainscope::model
