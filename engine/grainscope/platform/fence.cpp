#include <grainscope/platform/fence.h>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

namespace grainscope::platform::detail {
namespace {

long call_membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0, 0); }

bool register_for_membarrier() noexcept {
    if (!fences_can_be_asymmetric || std::getenv("GRAINSCOPE_NO_MEMBARRIER") != nullptr) return false;
    const long commands = call_membarrier(MEMBARRIER_CMD_QUERY);
    if (commands < 0 || (commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0) return false;
    return call_membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
}

}  // namespace

bool has_membarrier = false;

namespace {
// Before every constructor of a user: the answer must not change while a deque is in use.
[[gnu::constructor(101)]] void find_membarrier() { has_membarrier = register_for_membarrier(); }
}  // namespace

void membarrier() noexcept { call_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED); }

}  // namespace grainscope::platform::detail
