// inclusive_scan, exclusive_scan: all running totals.
//
// Blelloch: "Prefix Sums and Their Applications" (1990), in two passes over blocks: totals first, then the running
// ones.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <grainscope/iter/consumers/collect.h>
#include <grainscope/iter/core/parallel_iterator.h>

namespace grainscope::detail {

/// Replaces values by their running totals, in place. `before`: what stands before the first one, if anything.
template <class T, class Op>
class ScanInPlace {
  public:
    ScanInPlace(std::vector<T>& values, const Op& op) : values_(values), op_(op) {}

    void run(std::optional<T> before) {
        constexpr std::size_t smallest = 4096;
        const std::size_t workers = Worker::current()->registry().size();
        const std::size_t blocks = std::clamp<std::size_t>(values_.size() / smallest, 1, 4 * workers);
        size_ = values_.size() / blocks + 1;
        // The last block's total is asked for by nobody.
        std::vector<std::optional<T>> totals(blocks);
        if (blocks > 1) each(0, blocks - 1, [&](std::size_t block) { totals[block] = total(block); });
        std::vector<std::optional<T>> starts(blocks);
        starts[0] = std::move(before);
        for (std::size_t block = 1; block < blocks; ++block) {
            starts[block] = starts[block - 1];
            if (totals[block - 1])
                starts[block] = starts[block] ? T(std::invoke(op_, *std::move(starts[block]), *totals[block - 1]))
                                              : std::move(totals[block - 1]);
        }
        each(0, blocks, [&](std::size_t block) { scan(block, std::move(starts[block])); });
    }

  private:
    template <class F>
    static void each(std::size_t first, std::size_t last, const F& f) {
        if (last - first == 1) return f(first);
        const std::size_t middle = first + (last - first) / 2;
        join([&] { each(first, middle, f); }, [&] { each(middle, last, f); });
    }
    [[nodiscard]] std::size_t begin(std::size_t block) const { return std::min(block * size_, values_.size()); }

    [[nodiscard]] std::optional<T> total(std::size_t block) const {
        std::optional<T> sum;
        for (std::size_t i = begin(block); i < begin(block + 1); ++i)
            sum = sum ? T(std::invoke(op_, *std::move(sum), std::as_const(values_[i]))) : T(values_[i]);
        return sum;
    }
    void scan(std::size_t block, std::optional<T> sum) {
        for (std::size_t i = begin(block); i < begin(block + 1); ++i) {
            if (sum) values_[i] = std::invoke(op_, *std::move(sum), std::move(values_[i]));
            sum = values_[i];
        }
    }

    std::vector<T>& values_;
    const Op& op_;
    std::size_t size_ = 0;
};

/// Makes its values when the consumer is called, in memory of its own.
template <class Base, class T, class Op>
class Scan : public ReadAround<Scan<Base, T, Op>, Base> {
  public:
    using Item = T;

    /// With `start` the scan is exclusive.
    Scan(Base base, std::optional<T> start, Op op)
        : ReadAround<Scan, Base>(std::move(base)), start_(std::move(start)), op_(std::move(op)) {}

    [[nodiscard]] std::size_t len() const { return this->base_.len(); }
    void prepare() const {
        this->base_.prepare();
        RunControl control(this->base_);
        Policy policy = this->base_.policy();
        policy.control = &control;
        auto values = std::make_shared<std::vector<T>>();
        values->reserve(len() + 1);
        if (start_) values->push_back(*start_);
        const std::size_t offset = values->size();
        PlacedItems<T> items = this->base_.drive(PlaceConsumer<T>(values->data() + offset), policy);
        adopt_constructed(*values, items.size());
        items.release();
        if (this->is_cancelled()) return;  // the consumer will say so
        if (!values->empty()) ScanInPlace<T, Op>(*values, op_).run(std::nullopt);
        values_ = std::move(values);
    }
    struct Reader {
        const T* values;
        T at(std::size_t i) const { return values[i]; }
    };
    [[nodiscard]] Reader reader() const { return {values_ ? values_->data() : nullptr}; }

  private:
    std::optional<T> start_;
    Op op_;
    mutable std::shared_ptr<std::vector<T>> values_;
};

template <class D>
struct ScanStep {
    /// Item i becomes op over the items 0 to i. op must be associative. Needs an indexed pipeline; takes memory for all
    /// items, and two passes.
    ///
    ///     const std::vector<int> numbers{1, 2, 3};
    ///     auto totals = grainscope::par_iter(numbers).inclusive_scan(std::plus<>()).collect<std::vector>();
    ///     // 1, 3, 6
    template <class Op>
    [[nodiscard]] auto inclusive_scan(Op op) && {
        return including(static_cast<D&&>(*this), std::move(op));
    }
    template <class Op>
    [[nodiscard]] auto inclusive_scan(Op op) const& {
        return including(static_cast<const D&>(*this), std::move(op));
    }
    /// Item i becomes op over init and the items before it.
    template <class T, class Op>
    [[nodiscard]] auto exclusive_scan(T init, Op op) && {
        return excluding(static_cast<D&&>(*this), std::move(init), std::move(op));
    }
    template <class T, class Op>
    [[nodiscard]] auto exclusive_scan(T init, Op op) const& {
        return excluding(static_cast<const D&>(*this), std::move(init), std::move(op));
    }

  private:
    template <class P, class Op>
    static auto including(P&& pipeline, Op op) {
        static_assert(D::is_indexed, "grainscope: inclusive_scan needs an indexed pipeline");
        return Scan<D, Kept<typename D::Item>, Op>(std::forward<P>(pipeline), std::nullopt, std::move(op));
    }
    template <class P, class T, class Op>
    static auto excluding(P&& pipeline, T init, Op op) {
        static_assert(D::is_indexed, "grainscope: exclusive_scan needs an indexed pipeline");
        return Scan<D, T, Op>(std::forward<P>(pipeline), std::move(init), std::move(op));
    }
};

}  // namespace grainscope::detail
