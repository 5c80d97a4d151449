// Watching a sort of handles: what is told of pointers and cached prefixes is passed on as told of the elements behind
// them, to observers that want to know.
#pragma once

#include <cstddef>
#include <utility>

#include <grainscope/sort/fork.h>

namespace grainscope::sorting {

/// An Observer of handles around an observer of elements. `element_of(handle)` is the element behind a handle; `base`
/// is the position of the first handle that is sorted. The observer is told of elements that are in order before they
/// have moved: `end(stamp, step, element_at, offset, count)`, where element_at(i) is the one that belongs at offset +
/// i. An observer without such an `end` is polled and nothing else.
template <class ObserverT, class ElementOf>
class HandleObserver {
  public:
    HandleObserver(ObserverT& observer, ElementOf element_of, std::size_t base = 0)
        : observer_(&observer), element_of_(std::move(element_of)), base_(base) {}

    void poll() const { observer_->poll(); }
    [[nodiscard]] auto begin() const noexcept { return observer_->begin(); }

    template <class Stamp, class Handle>
    void end(Stamp stamp, Step step, const Handle* handles, std::size_t offset, std::size_t count) const {
        const auto element_at = [&](std::size_t i) -> const auto& { return element_of_(handles[i]); };
        if constexpr (requires { observer_->end(stamp, step, element_at, offset, count); })
            observer_->end(stamp, step, element_at, base_ + offset, count);
    }

  private:
    ObserverT* observer_;
    ElementOf element_of_;
    std::size_t base_;
};

}  // namespace grainscope::sorting
