// How a sort divides its work, and who watches: two policies, so that one source serves every backend.
#pragma once

#include <concepts>
#include <cstddef>

#include <grainscope/runtime/cancellation.h>

namespace grainscope::sorting {

/// Runs two closures, perhaps at once, and returns when both have ended. If either throws, the other has run to its end
/// all the same, and the first one's exception is the one seen. The sorts keep their elements by relying on this.
template <class F>
concept Fork = requires(F& fork) {
    fork.join([] {}, [] {});
};

/// What a finished piece of work was.
enum class Step { leaf, partition, merge };

/// Watches the pieces of a sort, from whatever thread runs them. `poll` is called before a piece begins and now and
/// then inside a long one, and may throw; `begin` gives a stamp; `end` is told that the elements at positions [offset,
/// offset + count), which lie at `values` and belong to the calling task, have reached the end of a step.
template <class O, class T>
concept Observer = requires(O& observer, const T* values) {
    observer.poll();
    observer.end(observer.begin(), Step::leaf, values, std::size_t{}, std::size_t{});
};

/// Nobody watches. Compiles to nothing.
struct NoObserver {
    struct Stamp {};
    void poll() const noexcept {}
    [[nodiscard]] Stamp begin() const noexcept { return {}; }
    void end(Stamp, Step, const void*, std::size_t, std::size_t) const noexcept {}
};

/// Ends the sort with Cancelled soon after the token was cancelled.
struct CancellationObserver {
    const CancellationToken& token;
    struct Stamp {};
    void poll() const { token.throw_if_cancelled(); }
    [[nodiscard]] Stamp begin() const noexcept { return {}; }
    void end(Stamp, Step, const void*, std::size_t, std::size_t) const noexcept {}
};

/// One thread: the first closure, then the second.
struct SequentialFork {
    template <class F, class G>
    void join(F&& f, G&& g) {
        try {
            f();
        } catch (...) {
            try {
                g();
            } catch (...) {  // the first one's exception is the one seen
            }
            throw;
        }
        g();
    }
};

}  // namespace grainscope::sorting
