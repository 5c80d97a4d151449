// Values that know whether they are alive, and closures that throw at a given call.
#pragma once

#include <atomic>
#include <functional>
#include <stdexcept>

#include "iter_reference.h"

namespace grainscope::iter_testing {

struct Blown : std::runtime_error {
    Blown() : std::runtime_error("blown") {}
};

/// Throws at one call, counted over all threads.
class Fuse {
  public:
    explicit Fuse(int throw_at) : throw_at_(throw_at) {}
    void burn() {
        if (++calls_ == throw_at_) throw Blown();
    }
    [[nodiscard]] int calls() const { return calls_; }

  private:
    std::atomic<int> calls_{0};
    int throw_at_;
};

/// A value that knows whether it is alive, and whose copies burn a fuse.
class Counted {
  public:
    static inline std::atomic<int> alive{0};
    static inline std::atomic<Fuse*> copying{nullptr};

    explicit Counted(int value) : value_(value) { ++alive; }
    Counted(const Counted& other) : value_(other.checked()) {
        if (Fuse* const fuse = copying) fuse->burn();
        ++alive;
    }
    Counted(Counted&& other) noexcept : value_(other.checked()) { ++alive; }
    Counted& operator=(const Counted& other) {
        value_ = other.checked();
        return *this;
    }
    Counted& operator=(Counted&& other) noexcept {
        value_ = other.checked();
        return *this;
    }
    ~Counted() {
        EXPECT_EQ(mark_, living) << "destroyed twice";
        mark_ = 0;
        --alive;
    }
    [[nodiscard]] int checked() const {
        EXPECT_EQ(mark_, living) << "used after its destruction";
        return value_;
    }

  private:
    static constexpr int living = 0x600D;
    int mark_ = living;
    int value_;
};

inline constexpr int size = 12;

/// Values in many pieces.
inline auto values() {
    return par_range(0, size).with_max_len(2).map([](int i) { return Counted(i); });
}
inline bool is_even(const Counted& c) { return c.checked() % 2 == 0; }

/// Runs `operation` with a fuse that blows at its first call, its second, and so on, in every pool.
inline void throws_everywhere(const char* name, const std::function<void(Fuse&)>& operation) {
    for (const std::size_t threads : thread_counts) {
        Fuse whole(-1);
        run_in(threads, [&] { operation(whole); });
        EXPECT_GT(whole.calls(), 0) << name;
        for (int throw_at = 1; throw_at <= whole.calls(); ++throw_at) {
            Fuse fuse(throw_at);
            bool thrown = false;
            try {
                run_in(threads, [&] { operation(fuse); });
            } catch (const Blown&) {
                thrown = true;
            }
            // How often an identity is asked for, or a search goes on, is not the same in every run.
            EXPECT_EQ(thrown, fuse.calls() >= throw_at)
                << name << ", call " << throw_at << ", " << threads << " threads";
            EXPECT_EQ(Counted::alive.load(), 0) << name << ", call " << throw_at << ", " << threads << " threads";
        }
        run_in(threads, [&] { EXPECT_EQ(par_range(0, 1'000).sum(), 499'500) << name; });
    }
}

}  // namespace grainscope::iter_testing
