// take_any, skip_any, take_any_while, skip_any_while, while_some, positions.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/platform/atomic.h>

namespace grainscope::detail {

/// A number that all pieces of one run count down together.
class SharedBudget {
  public:
    explicit SharedBudget(std::size_t n) : left_(n) {}
    /// Takes one if there is one. Relaxed: it only counts.
    bool take() {
        std::size_t left = left_.load(relaxed);
        while (left > 0)
            if (left_.compare_exchange_weak(left, left - 1, relaxed)) return true;
        return false;
    }
    [[nodiscard]] bool is_spent() const { return left_.load(relaxed) == 0; }

  private:
    Atomic<std::size_t> left_;
};

template <class Next, bool skip>
struct BudgetFolder : ForwardingFolder<Next> {
    static constexpr bool may_stop = !skip || Next::may_stop;
    SharedBudget& budget;

    template <class X>
    void feed(X&& item) {
        if (budget.take() != skip) this->next.feed(std::forward<X>(item));
    }
    [[nodiscard]] bool is_full() const { return (!skip && budget.is_spent()) || this->next.is_full(); }
};

/// Any n items, or all but any n.
template <class Base, bool skip>
class AnyN : public OneBase<AnyN<Base, skip>, Base> {
  public:
    using Item = typename Base::Item;
    static constexpr bool is_indexed = false;

    AnyN(Base base, std::size_t n) : OneBase<AnyN, Base>(std::move(base)), n_(n) {}

    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        SharedBudget budget(n_);
        return this->base_.drive(WrappingConsumer(
                                     consumer,
                                     [&budget](auto folder, Position) {
                                         return BudgetFolder<decltype(folder), skip>{{std::move(folder)}, budget};
                                     },
                                     [&budget] { return !skip && budget.is_spent(); }),
                                 policy);
    }

  private:
    std::size_t n_;
};

template <class Next, class F, bool skip>
struct WhileFolder : ForwardingFolder<Next> {
    static constexpr bool may_stop = !skip || Next::may_stop;
    Atomic<bool>& over;  // relaxed: any order is as good as another
    const F& f;

    template <class X>
    void feed(X&& item) {
        if constexpr (skip) {
            if (!over.load(relaxed)) {
                if (call_with_item(f, std::as_const(item))) return;
                over.store(true, relaxed);
            }
            this->next.feed(std::forward<X>(item));
        } else {
            if (over.load(relaxed)) return;
            if (call_with_item(f, std::as_const(item)))
                this->next.feed(std::forward<X>(item));
            else
                over.store(true, relaxed);
        }
    }
    [[nodiscard]] bool is_full() const { return (!skip && over.load(relaxed)) || this->next.is_full(); }
};

template <class Base, class F, bool skip>
class AnyWhile : public OneBase<AnyWhile<Base, F, skip>, Base> {
  public:
    using Item = typename Base::Item;
    static constexpr bool is_indexed = false;

    AnyWhile(Base base, F f) : OneBase<AnyWhile, Base>(std::move(base)), f_(std::move(f)) {}

    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        Atomic<bool> over{false};
        return this->base_.drive(WrappingConsumer(
                                     consumer,
                                     [&](auto folder, Position) {
                                         return WhileFolder<decltype(folder), F, skip>{{std::move(folder)}, over, f_};
                                     },
                                     [&over] { return !skip && over.load(relaxed); }),
                                 policy);
    }

  private:
    F f_;
};

template <class Next>
struct WhileSomeFolder : ForwardingFolder<Next> {
    static constexpr bool may_stop = true;
    Atomic<bool>& over;  // relaxed, as above

    template <class X>
    void feed(X&& item) {
        if (item)
            this->next.feed(*std::forward<X>(item));
        else
            over.store(true, relaxed);
    }
    [[nodiscard]] bool is_full() const { return over.load(relaxed) || this->next.is_full(); }
};

template <class Base>
class WhileSome : public OneBase<WhileSome<Base>, Base> {
  public:
    using Item = decltype(*std::declval<typename Base::Item>());
    static constexpr bool is_indexed = false;

    explicit WhileSome(Base base) : OneBase<WhileSome, Base>(std::move(base)) {}

    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        Atomic<bool> over{false};
        return this->base_.drive(WrappingConsumer(
                                     consumer,
                                     [&](auto folder, Position) {
                                         return WhileSomeFolder<decltype(folder)>{{std::move(folder)}, over};
                                     },
                                     [&over] { return over.load(relaxed); }),
                                 policy);
    }
};

template <class Next, class F>
struct PositionsFolder : ForwardingFolder<Next> {
    const F& f;
    std::size_t index;

    template <class X>
    void feed(X&& item) {
        const std::size_t here = index++;
        if (call_with_item(f, std::forward<X>(item))) this->next.feed(here);
    }
};

template <class Base, class F>
class Positions : public Wrapping<Positions<Base, F>, Base> {
  public:
    using Item = std::size_t;
    static constexpr bool is_indexed = false;

    Positions(Base base, F f) : Wrapping<Positions, Base>(std::move(base)), f_(std::move(f)) {}

    template <class C>
    [[nodiscard]] auto wrapped(const C& next) const {
        return WrappingConsumer(next, [this](auto folder, Position first) {
            return PositionsFolder<decltype(folder), F>{{std::move(folder)}, f_, static_cast<std::size_t>(first)};
        });
    }

  private:
    F f_;
};

template <class D>
struct AnyOrderStep {
    /// Some n items (all if there are fewer), whichever come first in time.
    [[nodiscard]] auto take_any(std::size_t n) && { return AnyN<D, false>(static_cast<D&&>(*this), n); }
    [[nodiscard]] auto take_any(std::size_t n) const& { return AnyN<D, false>(static_cast<const D&>(*this), n); }
    /// All but some n items, whichever come first in time.
    [[nodiscard]] auto skip_any(std::size_t n) && { return AnyN<D, true>(static_cast<D&&>(*this), n); }
    [[nodiscard]] auto skip_any(std::size_t n) const& { return AnyN<D, true>(static_cast<const D&>(*this), n); }
    /// Items until f is false for one of them, in the order of time; what is under way elsewhere may still pass.
    template <class F>
    [[nodiscard]] auto take_any_while(F f) && {
        return AnyWhile<D, F, false>(static_cast<D&&>(*this), std::move(f));
    }
    template <class F>
    [[nodiscard]] auto take_any_while(F f) const& {
        return AnyWhile<D, F, false>(static_cast<const D&>(*this), std::move(f));
    }
    /// Items from the first in time for which f is false.
    template <class F>
    [[nodiscard]] auto skip_any_while(F f) && {
        return AnyWhile<D, F, true>(static_cast<D&&>(*this), std::move(f));
    }
    template <class F>
    [[nodiscard]] auto skip_any_while(F f) const& {
        return AnyWhile<D, F, true>(static_cast<const D&>(*this), std::move(f));
    }
    /// The values of optionals, until one is empty; then all pieces stop soon.
    [[nodiscard]] auto while_some() && { return WhileSome<D>(static_cast<D&&>(*this)); }
    [[nodiscard]] auto while_some() const& { return WhileSome<D>(static_cast<const D&>(*this)); }
    /// The indices of the items for which f is true. Needs an indexed pipeline.
    template <class F>
    [[nodiscard]] auto positions(F f) && {
        static_assert(D::is_indexed, "grainscope: positions needs an indexed pipeline");
        return Positions<D, F>(static_cast<D&&>(*this), std::move(f));
    }
    template <class F>
    [[nodiscard]] auto positions(F f) const& {
        static_assert(D::is_indexed, "grainscope: positions needs an indexed pipeline");
        return Positions<D, F>(static_cast<const D&>(*this), std::move(f));
    }
};

}  // namespace grainscope::detail
