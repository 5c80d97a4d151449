// par_bridge: any input range, shared among the workers.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <utility>

#include <grainscope/iter/core/splitting.h>

namespace grainscope {

namespace detail {

/// A range that is walked once, by whoever wants the next item.
template <class R>
class SharedRange {
  public:
    using Value = std::ranges::range_value_t<R>;

    explicit SharedRange(R range) : range_(std::move(range)) {}

    /// The next item, or nothing. If the range throws, it is at its end for everybody.
    std::optional<Value> next() {
        const std::scoped_lock lock(mutex_);
        if (ended_) return std::nullopt;
        ended_ = true;
        if (!at_)
            at_.emplace(std::ranges::begin(range_));
        else
            ++*at_;
        if (*at_ == std::ranges::end(range_)) return std::nullopt;
        std::optional<Value> value(std::in_place, **at_);
        ended_ = false;
        return value;
    }

  private:
    std::mutex mutex_;
    R range_;
    std::optional<std::ranges::iterator_t<R>> at_;  ///< the item handed out last
    bool ended_ = false;
};

template <class R>
class BridgeSource : public SplittingSource<BridgeSource<R>> {
  public:
    using Item = std::ranges::range_value_t<R>&&;

    explicit BridgeSource(R range) : shared_(std::make_shared<SharedRange<R>>(std::move(range))) {}

    /// One share of the walk; `shares` may go to others.
    struct Part {
        SharedRange<R>* range;
        std::size_t shares;
        std::optional<Part> split() {
            if (shares < 2) return std::nullopt;
            const std::size_t right = shares / 2;
            shares -= right;
            return Part{range, right};
        }
        template <class Folder>
        bool feed(Folder& folder, std::size_t n) {
            for (; n > 0; --n) {
                if constexpr (Folder::may_stop) {
                    if (folder.is_full()) return false;  // before an item is taken that nobody wants
                }
                auto item = range->next();
                if (!item) return false;
                folder.feed(*std::move(item));
            }
            return true;
        }
    };
    [[nodiscard]] Part part() const { return {shared_.get(), Worker::current()->registry().size()}; }

  private:
    std::shared_ptr<SharedRange<R>> shared_;
};

}  // namespace detail

/// The items of any input range, in no order, as `T&&`: each worker takes the next one under a lock. For what cannot be
/// cut; par_iter is far better where it can be used. An lvalue range must live until the consumer has returned.
///
///     std::istringstream words("to be or not");
///     const auto count = grainscope::par_bridge(std::views::istream<std::string>(words)).count();
template <std::ranges::input_range R>
[[nodiscard]] auto par_bridge(R&& range) {
    return detail::BridgeSource<std::views::all_t<R>>(std::views::all(std::forward<R>(range)));
}

}  // namespace grainscope
