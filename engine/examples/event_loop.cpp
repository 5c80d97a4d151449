// One loop that waits for everything at once: orders, cancellations, a tick that reports, and a channel that says when
// to stop. select takes whatever is ready, at random where several are, so that no source can starve another.
//
//     event_loop [orders]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <thread>

#include <grainscope/grainscope.h>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
    const int orders = argc > 1 ? std::atoi(argv[1]) : 2000;
    auto [order, ordered] = grainscope::bounded<int>(64);
    auto [cancel, cancelled] = grainscope::unbounded<int>();
    auto [stop, stopped] = grainscope::bounded<int>(0);

    // Every third order is taken back. Both channels are done before the stop is sent.
    std::jthread customers([&, order = std::move(order), cancel = std::move(cancel)]() mutable {
        for (int i = 0; i < orders; ++i) {
            order.send(i).value();
            if (i % 3 == 0) cancel.send(i).value();
        }
        order.reset();
        cancel.reset();
        stop.send(0).value();
    });

    std::set<int> open, taken_back;
    int ticks = 0;
    bool running = true;
    const grainscope::Receiver<grainscope::Instant> ticker = grainscope::tick(1ms);
    const auto place = [&](int i) {
        if (taken_back.erase(i) == 0) open.insert(i);  // a cancellation may arrive before its order
    };
    const auto take_back = [&](int i) {
        if (open.erase(i) == 0) taken_back.insert(i);
    };
    while (running) {
        grainscope::select(grainscope::recv(ordered,
                                            [&](auto i) {
                                                if (i) place(*i);
                                            }),
                           grainscope::recv(cancelled,
                                            [&](auto i) {
                                                if (i) take_back(*i);
                                            }),
                           grainscope::recv(ticker, [&] { ++ticks; }),
                           grainscope::recv(stopped, [&] { running = false; }));
    }
    // What was sent before the stop is still there.
    for (const int i : ordered) place(i);
    for (const int i : cancelled) take_back(i);

    std::printf("%zu of %d orders are open; %d ticks went by\n", open.size(), orders, ticks);
    bool right = taken_back.empty();
    for (int i = 0; i < orders; ++i) right = right && open.contains(i) == (i % 3 != 0);
    if (!right) {
        std::fprintf(stderr, "event_loop: that is wrong\n");
        return 1;
    }
    return 0;
}
