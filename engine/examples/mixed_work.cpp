// Documents arrive one by one while others are worked on: waiting is left to the IO thread, computing to the pool,
// where it may use parallel iterators, and what would block (here: writing a journal behind a lock) to the blocking
// threads.
//
//     mixed_work [documents]
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <grainscope/grainscope.h>

namespace io = grainscope::io;
using namespace std::chrono_literals;

namespace {

using Document = std::vector<std::uint32_t>;

std::uint64_t checksum(const Document& document) {
    return grainscope::par_iter(document).map([](std::uint32_t word) { return std::uint64_t{word} * word; }).sum();
}

class Journal {
  public:
    void write(std::size_t id, std::uint64_t sum) {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::to_string(id) + ' ' + std::to_string(sum));
    }
    [[nodiscard]] std::size_t lines() const { return lines_.size(); }

  private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
};

io::Task<Document> receive(std::size_t id) {
    co_await io::sleep_for(1ms);  // as a network does
    Document document(10'000 + id);
    std::iota(document.begin(), document.end(), 0U);
    co_return document;
}

io::Task<std::uint64_t> handle(std::size_t id, grainscope::ThreadPool& pool, Journal& journal) {
    Document document = co_await receive(id);
    const std::uint64_t sum = co_await io::spawn_blocking(pool, checksum, std::move(document));
    co_await io::spawn_blocking(&Journal::write, &journal, id, sum);
    co_return sum;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t documents = argc > 1 ? static_cast<std::size_t>(std::atoi(argv[1])) : 200;
    grainscope::ThreadPool pool = grainscope::ThreadPoolBuilder().build();
    Journal journal;
    io::Runtime runtime({.blocking_threads = 4});
    std::vector<io::Task<std::uint64_t>> tasks;
    for (std::size_t id = 0; id < documents; ++id) tasks.push_back(handle(id, pool, journal));
    const std::vector<std::uint64_t> sums = runtime.block_on(io::join_all(std::move(tasks), 50));

    bool right = journal.lines() == documents;
    for (std::size_t id = 0; id < documents; ++id) {
        const std::uint64_t last = 10'000 + id - 1;
        right = right && sums[id] == last * (last + 1) * (2 * last + 1) / 6;
    }
    const io::RuntimeTelemetry telemetry = runtime.telemetry();
    std::printf("%zu documents: waits on %zu IO thread, writes on at most %zu blocking threads, sums on %zu workers\n",
                documents, telemetry.io_threads, telemetry.most_blocking_threads, pool.current_num_threads());
    if (!right) {
        std::fprintf(stderr, "mixed_work: that is wrong\n");
        return 1;
    }
    return 0;
}
