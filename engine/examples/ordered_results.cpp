// into_iter: back to a sequential loop, in order, while the pool works ahead, but only so far: the range below has no
// end worth speaking of, and yet the loop may break whenever it has enough. Leaving it stops what is under way. The
// search is the "proof of work" of Hashcash: Back (1997). The hash is splitmix64's finaliser, which keeps no secret.
//
//     ordered_results [how many]
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

std::uint64_t hash(std::uint64_t n) {
    n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9U;
    n = (n ^ (n >> 27)) * 0x94d049bb133111ebU;
    return n ^ (n >> 31);
}
bool is_golden(std::uint64_t n) { return hash(n) >> 48 == 0; }  // one of 65,536

}  // namespace

int main(int argc, char** argv) {
    const std::size_t wanted = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 8;
    std::vector<std::uint64_t> found;
    auto golden = grainscope::par_range(std::uint64_t{1}, std::uint64_t{1} << 60).filter(is_golden).into_iter();
    for (const std::uint64_t number : golden) {
        if (found.size() == wanted) break;
        std::printf("%llu: %016llx\n", static_cast<unsigned long long>(number),
                    static_cast<unsigned long long>(hash(number)));
        found.push_back(number);
    }

    std::vector<std::uint64_t> expected;
    for (std::uint64_t n = 1; expected.size() < wanted; ++n)
        if (is_golden(n)) expected.push_back(n);
    if (found != expected) {
        std::fprintf(stderr, "ordered_results: one after the other there are others\n");
        return 1;
    }
    return 0;
}
