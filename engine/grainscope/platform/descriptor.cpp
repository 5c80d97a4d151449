#include <grainscope/platform/descriptor.h>

#include <unistd.h>

namespace grainscope::platform {

void Descriptor::close() noexcept {
    if (const int open = release(); open >= 0) ::close(open);
}

}  // namespace grainscope::platform
