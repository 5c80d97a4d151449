#include <grainscope/collections/skip_nodes.h>

#include <bit>

namespace grainscope::detail {

namespace {
thread_local constinit std::uint64_t state = 0;
}  // namespace

unsigned random_skip_height(unsigned most) noexcept {
    // Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014), from the thread's address.
    if (state == 0) state = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&state));
    std::uint64_t x = state += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    x ^= x >> 31;
    const auto height = 2 + static_cast<unsigned>(std::countr_zero(x | (std::uint64_t{1} << 62))) / 2;
    return height < most ? height : most;
}

}  // namespace grainscope::detail
