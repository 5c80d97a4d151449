// EXPECT: a message's destructor must not throw: the channel destroys what nobody receives
#include <grainscope/channel/channel.h>

struct Loud {
    Loud(Loud&&) noexcept = default;
    ~Loud() noexcept(false) { throw 1; }
};

auto f() { return grainscope::bounded<Loud>(1); }
