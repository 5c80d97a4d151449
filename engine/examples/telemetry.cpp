// What the workers of a pool have done, readable at any time from any thread: here after a tree of joins that is far
// deeper on one side than on the other, and after a pipeline, which also tells how it was cut and why.
//
//     telemetry [threads]
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <grainscope/grainscope.h>

namespace {

/// The number of nodes of a Fibonacci tree.
std::uint64_t nodes(int height) {
    if (height < 2) return 1;
    const auto [left, right] = grainscope::join([=] { return nodes(height - 1); }, [=] { return nodes(height - 2); });
    return left + right + 1;
}

void print(const grainscope::Telemetry& telemetry) {
    std::puts("worker     jobs   steals    parks");
    for (std::size_t i = 0; i < telemetry.workers.size(); ++i) {
        const grainscope::WorkerTelemetry& worker = telemetry.workers[i];
        std::printf("%6zu %8llu %8llu %8llu\n", i, static_cast<unsigned long long>(worker.jobs),
                    static_cast<unsigned long long>(worker.steals), static_cast<unsigned long long>(worker.parks));
    }
    if (!telemetry.splitting) return;
    const grainscope::SplittingTelemetry& cut = *telemetry.splitting;
    std::printf(
        "the last pipeline: %llu items in %llu pieces, %llu of them split off on demand; a look every %zu items\n",
        static_cast<unsigned long long>(cut.items), static_cast<unsigned long long>(cut.pieces),
        static_cast<unsigned long long>(cut.splits_on_demand), cut.grain);
}

std::uint64_t jobs(const grainscope::Telemetry& telemetry) {
    return grainscope::par_iter(telemetry.workers).map([](const auto& worker) { return worker.jobs; }).sum();
}

}  // namespace

int main(int argc, char** argv) {
    grainscope::ThreadPool pool = grainscope::ThreadPoolBuilder()
                                      .num_threads(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2)
                                      .thread_name([](std::size_t i) { return "worker-" + std::to_string(i); })
                                      .build();
    const std::uint64_t jobs_before = jobs(pool.telemetry());
    const std::uint64_t count = pool.install([] { return nodes(20); });
    const std::uint64_t sum = pool.install([] { return grainscope::par_range(0U, 1'000'000U).sum<std::uint64_t>(); });
    const grainscope::Telemetry telemetry = pool.telemetry();
    print(telemetry);

    const std::uint64_t joins = (count - 1) / 2;  // each inner node joins once, and each join makes one job
    const bool was_seen = telemetry.splitting && telemetry.splitting->items == 1'000'000;
    if (count != 21'891 || sum != 499'999'500'000 || !was_seen || jobs(telemetry) - jobs_before < joins) {
        std::fprintf(stderr, "telemetry: %llu joins, and fewer jobs\n", static_cast<unsigned long long>(joins));
        return 1;
    }
    return 0;
}
