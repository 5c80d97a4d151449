#include <grainscope/metrics/counter.h>

#include <grainscope/platform/threads.h>

#include <bit>
#include <stdexcept>

namespace grainscope {

thread_local constinit std::size_t ShardedCounter::number_ = 0;
constinit Atomic<std::size_t> ShardedCounter::next_number_{0};

namespace {
std::size_t at_least_one(std::size_t shards) {
    if (shards == 0) throw std::invalid_argument("ShardedCounter: 0 shards; there must be at least 1");
    return shards;
}
}  // namespace

ShardedCounter::ShardedCounter() : ShardedCounter(platform::usable_cores()) {}

ShardedCounter::ShardedCounter(std::size_t shards)
    : mask_(std::bit_ceil(at_least_one(shards)) - 1), shards_(std::make_unique<Shard[]>(mask_ + 1)) {}

}  // namespace grainscope
