// rev, step_by, intersperse: an indexed pipeline read in another order.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <utility>

#include <grainscope/iter/core/parallel_iterator.h>

namespace grainscope::detail {

template <class Base>
class Rev : public ReadAround<Rev<Base>, Base> {
  public:
    using Item = typename Base::Item;
    using ReadAround<Rev, Base>::ReadAround;

    [[nodiscard]] std::size_t len() const { return this->base_.len(); }
    [[nodiscard]] auto reader() const {
        return Reader<decltype(this->base_.reader())>{this->base_.reader(), this->base_.len()};
    }

  private:
    template <class Inner>
    struct Reader {
        Inner inner;
        std::size_t length;
        Item at(std::size_t i) { return inner.at(length - 1 - i); }
    };
};

template <class Base>
class StepBy : public ReadAround<StepBy<Base>, Base> {
  public:
    using Item = typename Base::Item;

    StepBy(Base base, std::size_t step) : ReadAround<StepBy, Base>(std::move(base)), step_(step) {}

    [[nodiscard]] std::size_t len() const {
        const std::size_t length = this->base_.len();
        return length / step_ + (length % step_ != 0 ? 1 : 0);
    }
    [[nodiscard]] auto reader() const { return Reader<decltype(this->base_.reader())>{this->base_.reader(), step_}; }

  private:
    template <class Inner>
    struct Reader {
        Inner inner;
        std::size_t step;
        Item at(std::size_t i) { return inner.at(i * step); }
    };

    std::size_t step_;
};

template <class Base>
class Intersperse : public ReadAround<Intersperse<Base>, Base> {
  public:
    using Item = Kept<typename Base::Item>;

    Intersperse(Base base, Item between)
        : ReadAround<Intersperse, Base>(std::move(base)), between_(std::move(between)) {}

    [[nodiscard]] std::size_t len() const {
        const std::size_t length = this->base_.len();
        return length == 0 ? 0 : 2 * length - 1;
    }
    [[nodiscard]] auto reader() const {
        return Reader<decltype(this->base_.reader())>{this->base_.reader(), &between_};
    }

  private:
    template <class Inner>
    struct Reader {
        Inner inner;
        const Item* between;
        Item at(std::size_t i) {
            if (i % 2 == 0) return Item(inner.at(i / 2));
            return *between;
        }
    };

    Item between_;
};

template <class D>
struct ReorderStep {
    /// From the last item to the first. Needs an indexed pipeline.
    [[nodiscard]] auto rev() && { return reversed(static_cast<D&&>(*this)); }
    [[nodiscard]] auto rev() const& { return reversed(static_cast<const D&>(*this)); }
    /// Every step-th item, beginning with the first; the others are never made. Needs an indexed pipeline. Throws
    /// std::invalid_argument for a step of 0.
    [[nodiscard]] auto step_by(std::size_t step) && { return stepped(static_cast<D&&>(*this), step); }
    [[nodiscard]] auto step_by(std::size_t step) const& { return stepped(static_cast<const D&>(*this), step); }
    /// A copy of `between` between every two items, as values. Needs an indexed pipeline.
    template <class T>
    [[nodiscard]] auto intersperse(T between) && {
        return with_between(static_cast<D&&>(*this), std::move(between));
    }
    template <class T>
    [[nodiscard]] auto intersperse(T between) const& {
        return with_between(static_cast<const D&>(*this), std::move(between));
    }

  private:
    template <class P>
    static auto reversed(P&& pipeline) {
        static_assert(D::is_indexed, "grainscope: rev needs an indexed pipeline");
        return Rev<D>(std::forward<P>(pipeline));
    }
    template <class P>
    static auto stepped(P&& pipeline, std::size_t step) {
        static_assert(D::is_indexed, "grainscope: step_by needs an indexed pipeline");
        if (step == 0) throw std::invalid_argument("step_by: the step must be at least 1");
        return StepBy<D>(std::forward<P>(pipeline), step);
    }
    template <class P, class T>
    static auto with_between(P&& pipeline, T between) {
        static_assert(D::is_indexed, "grainscope: intersperse needs an indexed pipeline");
        return Intersperse<D>(std::forward<P>(pipeline), Kept<typename D::Item>(std::move(between)));
    }
};

}  // namespace grainscope::detail
