// Channels against a model, and random networks of selects that end by random disconnections.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <grainscope/channel/channel.h>

#include "channel_fakes.h"

namespace grainscope {
namespace {

using channel_test::Counted;
using channel_test::scale;
using channel_test::seed;

struct Numbered {
    int producer = 0;
    int number = 0;
};

std::pair<Sender<Numbered>, Receiver<Numbered>> numbered_channel(int flavour) {
    return flavour < 0 ? unbounded<Numbered>() : bounded<Numbered>(static_cast<std::size_t>(flavour));
}

/// What one consumer saw: the numbers of each producer must rise.
class Seen {
  public:
    explicit Seen(int producers) : last_(producers, -1), sums_(producers, 0) {}
    void note(const Numbered& message) {
        EXPECT_GT(message.number, last_[message.producer]) << "seed " << seed();
        last_[message.producer] = message.number;
        sums_[message.producer] += message.number;
        ++count_;
    }
    std::vector<long>& sums() { return sums_; }
    [[nodiscard]] long count() const { return count_; }

  private:
    std::vector<int> last_;
    std::vector<long> sums_;
    long count_ = 0;
};

// Each producer sends 0, 1, 2, … by ways drawn at random; each consumer receives by ways drawn at random.
void produce(const Sender<Numbered>& tx, int producer, int messages, std::mt19937_64 random) {
    for (int i = 0; i < messages;) {
        switch (random() % 4) {
            case 0:
                i += tx.try_send({producer, i}) ? 1 : 0;
                break;
            case 1:
                i += tx.send_timeout({producer, i}, std::chrono::microseconds(random() % 50)) ? 1 : 0;
                break;
            case 2: {
                std::vector<Numbered> some;
                for (int end = std::min<int>(messages, i + 1 + static_cast<int>(random() % 40)); i < end; ++i)
                    some.push_back({producer, i});
                tx.send_many(some).value();
                break;
            }
            default:
                tx.send({producer, i++}).value();
        }
    }
}
void consume(const Receiver<Numbered>& rx, Seen& seen, std::mt19937_64 random) {
    for (;;) {
        switch (random() % 4) {
            case 0:
                if (const auto message = rx.try_recv()) {
                    seen.note(*message);
                } else if (message.error().is_disconnected()) {
                    return;
                }
                break;
            case 1:
                if (const auto message = rx.recv_timeout(std::chrono::microseconds(random() % 50))) {
                    seen.note(*message);
                } else if (message.error().is_disconnected()) {
                    return;
                }
                break;
            case 2: {
                const auto some = rx.recv_many(1 + random() % 50);
                if (!some) return;
                for (const Numbered& message : *some) seen.note(message);
                break;
            }
            default: {
                const auto message = rx.recv();
                if (!message) return;
                seen.note(*message);
            }
        }
    }
}

TEST(Stress, EveryFlavourKeepsTheOrderOfEachProducerAndLosesNothing) {
    constexpr int messages = 4000 / scale;
    for (const int flavour : {-1, 0, 1, 2, 7, 100}) {
        for (const int threads : {1, 3}) {
            auto [tx, rx] = numbered_channel(flavour);
            std::vector<Seen> seen(threads, Seen(threads));
            {
                std::vector<std::jthread> all;
                for (int t = 0; t < threads; ++t) {
                    all.emplace_back([tx = tx, t] { produce(tx, t, messages, std::mt19937_64(seed() + t)); });
                    all.emplace_back(
                        [rx = rx, &mine = seen[t], t] { consume(rx, mine, std::mt19937_64(seed() + 100 + t)); });
                }
                tx.reset();
            }
            for (int producer = 0; producer < threads; ++producer) {
                long sum = 0;
                for (Seen& one : seen) sum += one.sums()[producer];
                EXPECT_EQ(sum, static_cast<long>(messages) * (messages - 1) / 2) << "seed " << seed();
            }
        }
    }
}

// A few channels of any flavour, a few threads that select at random among sends and receives on them, each until it
// has done its number of steps; then its handles go. Nobody may hang, and every message is destroyed exactly once.
void random_network(std::uint64_t network_seed) {
    std::mt19937_64 random(network_seed);
    std::atomic<int> alive = 0;
    {
        std::vector<Sender<Counted>> senders;
        std::vector<Receiver<Counted>> receivers;
        for (std::size_t i = 0, n = 1 + random() % 3; i < n; ++i) {
            const std::size_t kind = random() % 4;
            auto [tx, rx] = kind == 3 ? unbounded<Counted>() : bounded<Counted>(kind);
            senders.push_back(std::move(tx));
            receivers.push_back(std::move(rx));
        }
        std::vector<std::jthread> threads;
        for (std::size_t t = 0, n = 2 + random() % 2; t < n; ++t) {
            std::vector<Sender<Counted>> my_senders;
            std::vector<Receiver<Counted>> my_receivers;
            for (std::size_t i = 0; i < senders.size(); ++i) {
                if (random() % 2 == 0) my_senders.push_back(senders[i]);
                if (random() % 2 == 0) my_receivers.push_back(receivers[i]);
            }
            threads.emplace_back([&alive, mine = random(), my_senders = std::move(my_senders),
                                  my_receivers = std::move(my_receivers)]() mutable {
                std::mt19937_64 draw(mine);
                Select select;
                std::map<std::size_t, const Sender<Counted>*> sends;
                std::map<std::size_t, const Receiver<Counted>*> receives;
                for (const auto& tx : my_senders) sends[select.send(tx)] = &tx;
                for (const auto& rx : my_receivers) receives[select.recv(rx)] = &rx;
                for (std::size_t step = 0, steps = draw() % 20; step < steps; ++step) {
                    if (sends.empty() && receives.empty()) break;
                    auto chosen = select.select_timeout(std::chrono::microseconds(draw() % 60));
                    if (!chosen) {
                        if (const auto ready = select.try_ready()) {
                            EXPECT_LT(*ready, sends.size() + receives.size());
                        }
                        continue;
                    }
                    if (const auto found = sends.find(chosen->index()); found != sends.end()) {
                        (void)chosen->send(*found->second, Counted(alive));
                    } else {
                        (void)chosen->recv(*receives.at(chosen->index()));
                    }
                }
            });
        }
    }
    ASSERT_EQ(alive, 0) << "seed " << network_seed;
}

TEST(Stress, RandomNetworksOfSelectsNeitherHangNorLoseAMessage) {
    for (int i = 0; i < 1000 / scale; ++i) {
        random_network(seed() + i);
        if (HasFatalFailure()) return;
    }
}

// Two threads select on the same two rendezvous in both directions: each exchange takes one of each.
TEST(Stress, SelectsThatSendAndReceiveOnTheSameRendezvousPairUp) {
    constexpr int steps = 1500 / scale;
    auto [tx1, rx1] = bounded<int>(0);
    auto [tx2, rx2] = bounded<int>(0);
    std::atomic<int> sent = 0;
    std::atomic<int> received = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, tx1 = tx1, tx2 = tx2, rx1 = rx1, rx2 = rx2] {
            const auto take = [&](int expected) {
                return [&received, expected](auto message) {
                    EXPECT_EQ(message, expected);
                    ++received;
                };
            };
            while (received < steps) {
                select(send(tx1, 1, [&] { ++sent; }), send(tx2, 2, [&] { ++sent; }), recv(rx1, take(1)),
                       recv(rx2, take(2)), otherwise_after(std::chrono::milliseconds(1), [] {}));
            }
        });
    }
    threads.clear();
    EXPECT_EQ(sent, received);
}

// Ping-pong through parks: a wake-up that is lost hangs here.
TEST(Stress, NoWakeUpIsLostWhenEverybodyParksAtOnce) {
    for (const std::size_t capacity : {0, 1}) {
        auto [ping_tx, ping_rx] = bounded<int>(capacity, SpinPolicy::park_at_once());
        auto [pong_tx, pong_rx] = bounded<int>(capacity, SpinPolicy::park_at_once());
        std::jthread other([&, ping_rx = std::move(ping_rx), pong_tx = std::move(pong_tx)] {
            for (const int& ball : ping_rx) pong_tx.send(ball + 1).value();
        });
        int ball = 0;
        for (int i = 0; i < 5000 / scale; ++i) {
            ping_tx.send(ball).value();
            ball = pong_rx.recv().value();
        }
        EXPECT_EQ(ball, 5000 / scale);
        ping_tx.reset();
    }
}

}  // namespace
}  // namespace grainscope
