// A thousand requests to a service that is often slow, on one IO thread: each try has a time limit, and one that came
// too late is repeated after a pause that doubles. No thread waits meanwhile.
//
//     patient_retries [requests]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include <grainscope/grainscope.h>

namespace io = grainscope::io;
using namespace std::chrono_literals;

namespace {

/// Answers the n-th try of request `id` too late, n times in all.
int slow_tries(int id) { return id % 4; }

io::Task<int> ask_service(int id, int attempt) {
    co_await io::sleep_for(attempt < slow_tries(id) ? std::chrono::nanoseconds(1h) : 100us);
    co_return id* id;
}

struct Outcome {
    int answer = 0;
    int tries = 0;
};

io::Task<Outcome> ask(int id) {
    std::chrono::microseconds pause = 200us;
    for (int attempt = 0;; ++attempt) {
        // Generous, for a busy computer; whoever is too slow is cancelled, not merely ignored.
        const auto limit = attempt < slow_tries(id) ? 2ms : 10'000ms;
        if (const io::Result<int> answer = co_await io::with_timeout(limit, ask_service(id, attempt)))
            co_return Outcome{*answer, attempt + 1};
        co_await io::sleep_for(pause);
        pause *= 2;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int requests = argc > 1 ? std::atoi(argv[1]) : 1000;
    io::Runtime runtime;
    std::vector<io::Task<Outcome>> tasks;
    for (int id = 0; id < requests; ++id) tasks.push_back(ask(id));
    const std::vector<Outcome> outcomes = runtime.block_on(io::join_all(std::move(tasks)));

    int tries = 0;
    bool right = true;
    for (int id = 0; id < requests; ++id) {
        const Outcome& outcome = outcomes[static_cast<std::size_t>(id)];
        tries += outcome.tries;
        right = right && outcome.answer == id * id && outcome.tries == slow_tries(id) + 1;
    }
    std::printf("%d requests took %d tries on %zu IO thread\n", requests, tries, runtime.telemetry().io_threads);
    if (!right) {
        std::fprintf(stderr, "patient_retries: that is wrong\n");
        return 1;
    }
    return 0;
}
