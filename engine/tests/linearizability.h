// Whether a recorded history of overlapping operations could have come from one thread after another.
//
// Wing, Gong: "Testing and Verifying Concurrent Objects" (1993), with the memory of visited states by Lowe (2017).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace grainscope::testing {

/// One call: what it was, what it answered, and when it began and ended, by a clock that all threads share.
template <class Call>
struct Recorded {
    Call call;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// Ticks with every look, so that the order of the looks is the order of the ticks.
class LogicalClock {
  public:
    std::uint64_t tick() { return now_.fetch_add(1); }

  private:
    std::atomic<std::uint64_t> now_{0};
};

/// Whether there is an order of at most 64 calls that keeps every call after those that had ended when it began, and in
/// which each answer is the model's. `Model` is copied, compared by `<`, and has `bool apply(const Call&)`: whether the
/// answer is right now, changing the model if so.
template <class Model, class Call>
class LinearizabilityCheck {
  public:
    explicit LinearizabilityCheck(const std::vector<Recorded<Call>>& history) : history_(history) {}
    [[nodiscard]] bool passes(const Model& model = Model()) { return search(model, 0); }

  private:
    bool search(const Model& model, std::uint64_t done) {
        if (done == all()) return true;
        if (!visited_.emplace(done, model).second) return false;
        std::uint64_t first_end = ~std::uint64_t{0};
        for (std::size_t i = 0; i < history_.size(); ++i)
            if ((done >> i & 1) == 0) first_end = std::min(first_end, history_[i].end);
        for (std::size_t i = 0; i < history_.size(); ++i) {
            if ((done >> i & 1) != 0 || history_[i].begin > first_end) continue;
            Model next = model;
            if (next.apply(history_[i].call) && search(next, done | std::uint64_t{1} << i)) return true;
        }
        return false;
    }
    [[nodiscard]] std::uint64_t all() const {
        return history_.size() == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << history_.size()) - 1;
    }

    const std::vector<Recorded<Call>>& history_;
    std::set<std::pair<std::uint64_t, Model>> visited_;
};

}  // namespace grainscope::testing
