// by_uniform_blocks, by_exponential_blocks: parts of a pipeline one after the other, each in parallel.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <utility>

#include <grainscope/iter/core/parallel_iterator.h>

namespace grainscope::detail {

template <class Base>
class Blocks : public OneBase<Blocks<Base>, Base> {
  public:
    using Item = typename Base::Item;
    static constexpr bool is_indexed = false;

    /// The first block has `first` items (0: as many as there are workers), each next one `factor` times as many.
    Blocks(Base base, std::size_t first, std::size_t factor)
        : OneBase<Blocks, Base>(std::move(base)), first_(first), factor_(factor) {}

    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        const std::size_t length = this->base_.len();
        std::size_t size = first_ > 0 ? first_ : Worker::current()->registry().size();
        std::size_t at = std::min(size, length);
        auto result = this->base_.drive_window(consumer, policy, 0, at);
        while (at < length && !policy.control->should_stop() && !consumer.is_full(at)) {
            if (size <= std::numeric_limits<std::size_t>::max() / factor_) size *= factor_;
            const std::size_t end = at + std::min(size, length - at);
            result = consumer.combine(std::move(result), this->base_.drive_window(consumer, policy, at, end));
            at = end;
        }
        return result;
    }

  private:
    std::size_t first_, factor_;
};

template <class D>
struct BlocksStep {
    /// Runs n items in parallel, then the next n, and so on: what is found early is not searched far ahead. Needs an
    /// indexed pipeline. Throws std::invalid_argument for n = 0.
    [[nodiscard]] auto by_uniform_blocks(std::size_t n) && { return uniform(static_cast<D&&>(*this), n); }
    [[nodiscard]] auto by_uniform_blocks(std::size_t n) const& { return uniform(static_cast<const D&>(*this), n); }
    /// The same with blocks that double, beginning with one item a worker.
    [[nodiscard]] auto by_exponential_blocks() && { return exponential(static_cast<D&&>(*this)); }
    [[nodiscard]] auto by_exponential_blocks() const& { return exponential(static_cast<const D&>(*this)); }

  private:
    template <class P>
    static auto uniform(P&& pipeline, std::size_t n) {
        static_assert(D::is_indexed, "grainscope: by_uniform_blocks needs an indexed pipeline");
        if (n == 0) throw std::invalid_argument("by_uniform_blocks: the size must be at least 1");
        return Blocks<D>(std::forward<P>(pipeline), n, 1);
    }
    template <class P>
    static auto exponential(P&& pipeline) {
        static_assert(D::is_indexed, "grainscope: by_exponential_blocks needs an indexed pipeline");
        return Blocks<D>(std::forward<P>(pipeline), 0, 2);
    }
};

}  // namespace grainscope::detail
