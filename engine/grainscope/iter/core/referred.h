// A pipeline that another one stands in for: consumers put adaptors around it without copying its closures.
#pragma once

#include <cstddef>

#include <grainscope/iter/core/parallel_iterator.h>

namespace grainscope::detail {

/// The pipeline P, which lives longer than this.
template <class P>
class Referred : public ParallelIterator<Referred<P>> {
  public:
    using Item = typename P::Item;
    static constexpr bool is_indexed = P::is_indexed;
    static constexpr bool is_windowed = Windowed<P>;

    explicit Referred(const P& pipeline) : pipeline_(&pipeline) {}

    [[nodiscard]] Policy policy() const { return pipeline_->policy(); }
    [[nodiscard]] bool is_cancelled() const { return pipeline_->is_cancelled(); }
    [[nodiscard]] Position extent() const { return pipeline_->extent(); }
    void prepare() const { pipeline_->prepare(); }
    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        return pipeline_->drive(consumer, policy);
    }
    template <class C>
    typename C::Result drive_window(const C& consumer, const Policy& policy, std::size_t first, std::size_t last) const
        requires(Windowed<P>) {
        return pipeline_->drive_window(consumer, policy, first, last);
    }
    [[nodiscard]] std::size_t len() const requires(P::is_indexed) { return pipeline_->len(); }
    [[nodiscard]] auto reader() const requires(P::is_indexed) { return pipeline_->reader(); }

  private:
    const P* pipeline_;
};

}  // namespace grainscope::detail
