// enumerate, take, skip, with_min_len, with_max_len, with_grain, with_cancellation: what does not touch the items.
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include <grainscope/iter/core/parallel_iterator.h>

namespace grainscope::detail {

template <class Base>
class Enumerate : public OneToOne<Enumerate<Base>, Base> {
  public:
    using Item = std::pair<std::size_t, typename Base::Item>;

    explicit Enumerate(Base base) : OneToOne<Enumerate, Base>(std::move(base)) {}

    template <class C>
    [[nodiscard]] auto wrapped(const C& next) const {
        return WrappingConsumer(next, [](auto folder, Position first) {
            return Folder<decltype(folder)>{{std::move(folder)}, static_cast<std::size_t>(first)};
        });
    }
    [[nodiscard]] auto reader() const { return Reader<decltype(this->base_.reader())>{this->base_.reader()}; }

  private:
    template <class Next>
    struct Folder : ForwardingFolder<Next> {
        std::size_t index;
        template <class X>
        void feed(X&& item) {
            this->next.feed(Item(index++, std::forward<X>(item)));
        }
    };
    template <class Inner>
    struct Reader {
        Inner inner;
        Item at(std::size_t i) { return Item(i, inner.at(i)); }
    };
};

/// The items [first, first + length) of an indexed pipeline.
template <class Base>
class Window : public OneBase<Window<Base>, Base> {
  public:
    using Item = typename Base::Item;
    static constexpr bool is_indexed = true;

    Window(Base base, std::size_t first, std::size_t length)
        : OneBase<Window, Base>(std::move(base)), first_(first), length_(length) {}

    [[nodiscard]] std::size_t len() const { return length_; }
    [[nodiscard]] Position extent() const { return length_; }
    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        return drive_window(consumer, policy, 0, length_);
    }
    template <class C>
    typename C::Result drive_window(const C& consumer, const Policy& policy, std::size_t first,
                                    std::size_t last) const {
        return this->base_.drive_window(ShiftingConsumer(consumer, Position{0} - first_), policy, first_ + first,
                                        first_ + last);
    }
    [[nodiscard]] auto reader() const { return Reader<decltype(this->base_.reader())>{this->base_.reader(), first_}; }

  private:
    template <class Inner>
    struct Reader {
        Inner inner;
        std::size_t first;
        Item at(std::size_t i) { return inner.at(first + i); }
    };

    std::size_t first_;
    std::size_t length_;
};

/// Passes everything through; `Change` edits the policy.
template <class Base, class Change>
class Tuned : public OneToOne<Tuned<Base, Change>, Base> {
  public:
    using Item = typename Base::Item;

    Tuned(Base base, Change change) : OneToOne<Tuned, Base>(std::move(base)), change_(std::move(change)) {}

    [[nodiscard]] Policy policy() const {
        Policy policy = this->base_.policy();
        change_(policy);
        return policy;
    }
    template <class C>
    [[nodiscard]] const C& wrapped(const C& next) const {
        return next;
    }
    [[nodiscard]] auto reader() const requires(Base::is_indexed) { return this->base_.reader(); }

  private:
    Change change_;
};

template <class Base>
class WithCancellation : public OneToOne<WithCancellation<Base>, Base> {
  public:
    using Item = typename Base::Item;

    WithCancellation(Base base, CancellationToken token)
        : OneToOne<WithCancellation, Base>(std::move(base)), token_(std::move(token)) {}

    [[nodiscard]] bool is_cancelled() const { return token_.is_cancelled() || this->base_.is_cancelled(); }
    template <class C>
    [[nodiscard]] const C& wrapped(const C& next) const {
        return next;
    }
    [[nodiscard]] auto reader() const requires(Base::is_indexed) { return this->base_.reader(); }

  private:
    CancellationToken token_;
};

template <class D>
struct WindowStep {
    /// Pairs every item with its index, from 0. Needs an indexed pipeline.
    ///
    ///     const std::vector<char> letters{'a', 'b'};
    ///     const auto is_in_place = [](std::size_t index, char letter) { return letter == char('a' + index); };
    ///     const bool in_place = grainscope::par_iter(letters).enumerate().all(is_in_place);
    [[nodiscard]] auto enumerate() && {
        static_assert(D::is_indexed,
                      "grainscope: enumerate needs an indexed pipeline: one that knows its length and order");
        return Enumerate<D>(static_cast<D&&>(*this));
    }
    [[nodiscard]] auto enumerate() const& {
        static_assert(D::is_indexed,
                      "grainscope: enumerate needs an indexed pipeline: one that knows its length and order");
        return Enumerate<D>(static_cast<const D&>(*this));
    }
    /// The first n items, or all if there are fewer. Needs an indexed pipeline; take_any does not.
    [[nodiscard]] auto take(std::size_t n) && { return taken(static_cast<D&&>(*this), n); }
    [[nodiscard]] auto take(std::size_t n) const& { return taken(static_cast<const D&>(*this), n); }
    /// All but the first n items. Needs an indexed pipeline; skip_any does not. What is skipped is never made.
    [[nodiscard]] auto skip(std::size_t n) && { return skipped(static_cast<D&&>(*this), n); }
    [[nodiscard]] auto skip(std::size_t n) const& { return skipped(static_cast<const D&>(*this), n); }
    /// No piece is split into parts of fewer than n items; 0 counts as 1.
    [[nodiscard]] auto with_min_len(std::size_t n) && {
        return tuned(static_cast<D&&>(*this),
                     [n](Policy& policy) { policy.min_length = std::max(policy.min_length, n); });
    }
    [[nodiscard]] auto with_min_len(std::size_t n) const& { return D(static_cast<const D&>(*this)).with_min_len(n); }
    /// Pieces of more than n items are split whether or not anybody waits for work; 0 counts as 1.
    [[nodiscard]] auto with_max_len(std::size_t n) && {
        return tuned(static_cast<D&&>(*this),
                     [n](Policy& policy) { policy.max_length = std::min(policy.max_length, n); });
    }
    [[nodiscard]] auto with_max_len(std::size_t n) const& { return D(static_cast<const D&>(*this)).with_max_len(n); }
    /// How many items a worker runs before it looks whether somebody waits for work; auto_grain finds it by probing.
    [[nodiscard]] auto with_grain(std::size_t n) && {
        return tuned(static_cast<D&&>(*this), [n](Policy& policy) { policy.grain = n; });
    }
    [[nodiscard]] auto with_grain(std::size_t n) const& { return D(static_cast<const D&>(*this)).with_grain(n); }
    [[nodiscard]] auto with_grain(AutoGrain) && { return D(static_cast<D&&>(*this)).with_grain(std::size_t{0}); }
    [[nodiscard]] auto with_grain(AutoGrain) const& {
        return D(static_cast<const D&>(*this)).with_grain(std::size_t{0});
    }
    /// The consumer throws Cancelled soon after the token was cancelled, when all work that had started has ended.
    [[nodiscard]] auto with_cancellation(CancellationToken token) && {
        return WithCancellation<D>(static_cast<D&&>(*this), std::move(token));
    }
    [[nodiscard]] auto with_cancellation(CancellationToken token) const& {
        return WithCancellation<D>(static_cast<const D&>(*this), std::move(token));
    }

  private:
    template <class P>
    static auto taken(P&& pipeline, std::size_t n) {
        static_assert(D::is_indexed, "grainscope: take needs an indexed pipeline; take_any does not");
        const std::size_t length = std::min(n, pipeline.len());
        return Window<D>(std::forward<P>(pipeline), 0, length);
    }
    template <class P>
    static auto skipped(P&& pipeline, std::size_t n) {
        static_assert(D::is_indexed, "grainscope: skip needs an indexed pipeline; skip_any does not");
        const std::size_t length = pipeline.len();
        const std::size_t first = std::min(n, length);
        return Window<D>(std::forward<P>(pipeline), first, length - first);
    }
    template <class P, class Change>
    static auto tuned(P&& pipeline, Change change) {
        return Tuned<D, Change>(std::forward<P>(pipeline), std::move(change));
    }
};

}  // namespace grainscope::detail
