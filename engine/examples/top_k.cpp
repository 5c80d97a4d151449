// The ten largest of a million without sorting them: each piece keeps a heap of its ten largest so far, whose least one
// decides quickly whether a newcomer matters; two heaps are merged by pushing one into the other.
//
//     top_k [n k]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

/// The k greatest of all that were added.
class Top {
  public:
    explicit Top(std::size_t k) : k_(k) {}
    void add(std::uint64_t number) {
        if (heap_.size() == k_) {
            if (k_ == 0 || number <= heap_.front()) return;
            std::ranges::pop_heap(heap_, std::greater<>());
            heap_.pop_back();
        }
        heap_.push_back(number);
        std::ranges::push_heap(heap_, std::greater<>());
    }
    void add_all(const Top& other) {
        std::ranges::for_each(other.heap_, [this](std::uint64_t number) { add(number); });
    }
    /// From the greatest on.
    [[nodiscard]] std::vector<std::uint64_t> in_order() && {
        std::ranges::sort(heap_, std::greater<>());
        return std::move(heap_);
    }

  private:
    std::size_t k_;
    std::vector<std::uint64_t> heap_;  // the least in front
};

std::vector<std::uint64_t> top(const std::vector<std::uint64_t>& numbers, std::size_t k) {
    return grainscope::par_iter(numbers)
        .fold([k] { return Top(k); }, [](Top& top, std::uint64_t number) { top.add(number); })
        .reduce([k] { return Top(k); }, [](Top& top, const Top& other) { top.add_all(other); })
        .in_order();
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::uint64_t> numbers(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200'000);
    const std::size_t k = std::min(numbers.size(), argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 10);
    std::mt19937_64 random(1);
    std::ranges::generate(numbers, [&] { return random() % 1'000'000'000; });

    const std::vector<std::uint64_t> greatest = top(numbers, k);
    for (const std::uint64_t number : greatest) std::printf("%llu\n", static_cast<unsigned long long>(number));

    std::ranges::partial_sort(numbers, numbers.begin() + static_cast<std::ptrdiff_t>(k), std::greater<>());
    numbers.resize(k);
    if (greatest != numbers) {
        std::fprintf(stderr, "top_k: std::partial_sort finds others\n");
        return 1;
    }
    return 0;
}
