// isolate: a lock held across parallel work. The table is filled, in parallel, by whoever needs it first, under a
// mutex. A worker that waits for the pieces would normally take any other work meanwhile, such as the next item of the
// loop below, which locks the same mutex once more: a deadlock with itself. Inside isolate it takes only what belongs
// there.
//
//     lazy_table [lookups]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>

#include <grainscope/grainscope.h>

namespace {

/// The number of divisors of each number below n, made when it is first asked for.
class DivisorTable {
  public:
    explicit DivisorTable(std::size_t n) : n_(n) {}

    unsigned operator[](std::size_t number) {
        const std::scoped_lock lock(mutex_);
        if (table_.empty()) grainscope::isolate([this] { fill(); });
        return table_[number];
    }
    [[nodiscard]] int times_filled() const { return times_filled_; }

  private:
    void fill() {
        ++times_filled_;
        const auto divisors = [](std::size_t number) {
            unsigned count = 0;
            for (std::size_t d = 1; d <= number; ++d) count += number % d == 0 ? 1 : 0;
            return count;
        };
        grainscope::par_range(std::size_t{0}, n_).map(divisors).collect_into(table_);
    }

    std::size_t n_;
    std::mutex mutex_;
    int times_filled_ = 0;
    std::vector<unsigned> table_;
};

}  // namespace

int main(int argc, char** argv) {
    constexpr std::size_t n = 2000;
    const std::size_t lookups = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
    DivisorTable table(n);
    const std::uint64_t sum = grainscope::par_range(std::size_t{0}, lookups)
                                  .with_max_len(100)
                                  .map([&](std::size_t i) { return table[i * 7919 % n]; })
                                  .sum<std::uint64_t>();
    std::printf("%zu numbers have %llu divisors\n", lookups, static_cast<unsigned long long>(sum));

    std::vector<unsigned> divisors(n, 0);
    for (std::size_t d = 1; d < n; ++d)
        for (std::size_t multiple = d; multiple < n; multiple += d) ++divisors[multiple];
    std::uint64_t expected = 0;
    for (std::size_t i = 0; i < lookups; ++i) expected += divisors[i * 7919 % n];
    if (sum != expected || table.times_filled() > 1) {
        std::fprintf(stderr, "lazy_table: a sieve finds %llu\n", static_cast<unsigned long long>(expected));
        return 1;
    }
    return 0;
}
