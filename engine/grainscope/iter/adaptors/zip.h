// zip, zip_eq, chain, interleave, interleave_shortest: two pipelines become one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/sources/ranges.h>

namespace grainscope::detail {

template <class A, class B>
class Zip : public ReadAroundTwo<Zip<A, B>, A, B> {
  public:
    using Item = std::pair<typename A::Item, typename B::Item>;
    using ReadAroundTwo<Zip, A, B>::ReadAroundTwo;

    [[nodiscard]] std::size_t len() const { return std::min(this->a_.len(), this->b_.len()); }
    [[nodiscard]] auto reader() const {
        return Reader<decltype(this->a_.reader()), decltype(this->b_.reader())>{this->a_.reader(), this->b_.reader()};
    }

  private:
    template <class ReadA, class ReadB>
    struct Reader {
        ReadA a;
        ReadB b;
        Item at(std::size_t i) { return Item(a.at(i), b.at(i)); }
    };
};

/// One after the other. Indexed if both are.
template <class A, class B>
class Chain : public ParallelIterator<Chain<A, B>> {
  public:
    static_assert(std::common_reference_with<typename A::Item, typename B::Item>,
                  "grainscope: the items of two chained pipelines have no common type");
    using Item = std::conditional_t<std::is_same_v<typename A::Item, typename B::Item>, typename A::Item,
                                    std::common_reference_t<typename A::Item, typename B::Item>>;
    static constexpr bool is_indexed = A::is_indexed && B::is_indexed;

    Chain(A a, B b) : a_(std::move(a)), b_(std::move(b)) {}

    [[nodiscard]] Policy policy() const { return a_.policy().stricter(b_.policy()); }
    [[nodiscard]] bool is_cancelled() const { return a_.is_cancelled() || b_.is_cancelled(); }
    [[nodiscard]] Position extent() const { return a_.extent() + b_.extent(); }
    void prepare() const { a_.prepare(), b_.prepare(); }
    [[nodiscard]] std::size_t len() const requires(is_indexed) { return a_.len() + b_.len(); }

    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        const auto both = converting(consumer);
        return run_both(
            consumer, [&] { return a_.drive(both, policy); },
            [&] { return b_.drive(ShiftingConsumer(both, a_.extent()), policy); });
    }
    template <class C>
    typename C::Result drive_window(const C& consumer, const Policy& policy, std::size_t first, std::size_t last) const
        requires(is_indexed) {
        const std::size_t seam = a_.len();
        const auto both = converting(consumer);
        const auto right = ShiftingConsumer(both, seam);
        if (last <= seam) return a_.drive_window(both, policy, first, last);
        if (first >= seam) return b_.drive_window(right, policy, first - seam, last - seam);
        return run_both(
            consumer, [&] { return a_.drive_window(both, policy, first, seam); },
            [&] { return b_.drive_window(right, policy, 0, last - seam); });
    }
    [[nodiscard]] auto reader() const requires(is_indexed) {
        return Reader<decltype(a_.reader()), decltype(b_.reader())>{a_.reader(), b_.reader(), a_.len()};
    }

  private:
    /// Whoever looks for the last item looks on the right first.
    template <class C, class Left, class Right>
    static typename C::Result run_both(const C& consumer, const Left& left, const Right& right) {
        const auto inside = [](const auto& side) {
            return [&side] {
                const InsidePipeline mark(Worker::current()->pipelines);
                return side();
            };
        };
        if constexpr (searches_from_the_right<C>) {
            auto halves = join(inside(right), inside(left));
            return consumer.combine(std::move(halves.second), std::move(halves.first));
        } else {
            auto halves = join(inside(left), inside(right));
            return consumer.combine(std::move(halves.first), std::move(halves.second));
        }
    }

    template <class Next>
    struct Folder : ForwardingFolder<Next> {
        static constexpr int lanes = Next::lanes;
        template <class X>
        void feed(X&& item) {
            this->next.feed(static_cast<Item>(std::forward<X>(item)));
        }
        template <class X>
        void feed_lane(int lane, X&& item) {
            this->next.feed_lane(lane, static_cast<Item>(std::forward<X>(item)));
        }
    };
    /// Both sides give the common type.
    template <class C>
    static auto converting(const C& consumer) {
        return WrappingConsumer(consumer,
                                [](auto folder, Position) { return Folder<decltype(folder)>{{std::move(folder)}}; });
    }
    template <class ReadA, class ReadB>
    struct Reader {
        ReadA a;
        ReadB b;
        std::size_t seam;
        Item at(std::size_t i) {
            if (i < seam) return static_cast<Item>(a.at(i));
            return static_cast<Item>(b.at(i - seam));
        }
    };

    A a_;
    B b_;
};

/// By turns; when one is at its end, the rest of the other follows (or not, if `shortest`).
template <class A, class B, bool shortest>
class Interleave : public ReadAroundTwo<Interleave<A, B, shortest>, A, B> {
  public:
    using Item = std::conditional_t<std::is_same_v<typename A::Item, typename B::Item>, typename A::Item,
                                    std::common_reference_t<typename A::Item, typename B::Item>>;
    using ReadAroundTwo<Interleave, A, B>::ReadAroundTwo;

    [[nodiscard]] std::size_t len() const {
        const std::size_t a = this->a_.len();
        const std::size_t b = this->b_.len();
        if (!shortest) return a + b;
        return a <= b ? 2 * a : 2 * b + 1;
    }
    [[nodiscard]] auto reader() const {
        return Reader<decltype(this->a_.reader()), decltype(this->b_.reader())>{
            this->a_.reader(), this->b_.reader(), std::min(this->a_.len(), this->b_.len()),
            this->a_.len() > this->b_.len()};
    }

  private:
    template <class ReadA, class ReadB>
    struct Reader {
        ReadA a;
        ReadB b;
        std::size_t turns;
        bool a_is_longer;
        Item at(std::size_t i) {
            if (i < 2 * turns) {
                if (i % 2 == 0) return static_cast<Item>(a.at(i / 2));
                return static_cast<Item>(b.at(i / 2));
            }
            if (a_is_longer) return static_cast<Item>(a.at(i - turns));
            return static_cast<Item>(b.at(i - turns));
        }
    };
};

template <class D>
struct ZipStep {
    /// Pairs the items of two indexed pipelines, as many as the shorter one has. `other` may be a container (what is
    /// given away by std::move is taken over, else it is looked at) or a pipeline.
    ///
    ///     const std::vector<double> a{1, 2}, b{3, 4};
    ///     const double dot = grainscope::par_iter(a).zip(b).map([](double x, double y) { return x * y; }).sum();
    template <class R>
    [[nodiscard]] auto zip(R&& other) && {
        return zipped(static_cast<D&&>(*this), as_pipeline(std::forward<R>(other)));
    }
    template <class R>
    [[nodiscard]] auto zip(R&& other) const& {
        return zipped(static_cast<const D&>(*this), as_pipeline(std::forward<R>(other)));
    }
    /// The same for two of equal lengths; throws std::invalid_argument if they differ.
    template <class R>
    [[nodiscard]] auto zip_eq(R&& other) && {
        return zipped_equal(static_cast<D&&>(*this), as_pipeline(std::forward<R>(other)));
    }
    template <class R>
    [[nodiscard]] auto zip_eq(R&& other) const& {
        return zipped_equal(static_cast<const D&>(*this), as_pipeline(std::forward<R>(other)));
    }
    /// The items of this pipeline, then those of another. Indexed if both are. Both sides run at once.
    template <class R>
    [[nodiscard]] auto chain(R&& other) && {
        return Chain<D, AsPipeline<R>>(static_cast<D&&>(*this), as_pipeline(std::forward<R>(other)));
    }
    template <class R>
    [[nodiscard]] auto chain(R&& other) const& {
        return Chain<D, AsPipeline<R>>(static_cast<const D&>(*this), as_pipeline(std::forward<R>(other)));
    }
    /// One item of each by turns, beginning here; the rest of the longer one follows. Needs indexed pipelines.
    template <class R>
    [[nodiscard]] auto interleave(R&& other) && {
        return by_turns<false>(static_cast<D&&>(*this), as_pipeline(std::forward<R>(other)));
    }
    template <class R>
    [[nodiscard]] auto interleave(R&& other) const& {
        return by_turns<false>(static_cast<const D&>(*this), as_pipeline(std::forward<R>(other)));
    }
    /// The same until the one whose turn it is has no more.
    template <class R>
    [[nodiscard]] auto interleave_shortest(R&& other) && {
        return by_turns<true>(static_cast<D&&>(*this), as_pipeline(std::forward<R>(other)));
    }
    template <class R>
    [[nodiscard]] auto interleave_shortest(R&& other) const& {
        return by_turns<true>(static_cast<const D&>(*this), as_pipeline(std::forward<R>(other)));
    }

  private:
    template <class P, class Other>
    static auto zipped(P&& pipeline, Other other) {
        static_assert(D::is_indexed && Other::is_indexed, "grainscope: zip needs two indexed pipelines");
        return Zip<D, Other>(std::forward<P>(pipeline), std::move(other));
    }
    template <class P, class Other>
    static auto zipped_equal(P&& pipeline, Other other) {
        static_assert(D::is_indexed && Other::is_indexed, "grainscope: zip_eq needs two indexed pipelines");
        if (pipeline.len() != other.len())
            throw std::invalid_argument("zip_eq: the lengths differ: " + std::to_string(pipeline.len()) + " and " +
                                        std::to_string(other.len()));
        return Zip<D, Other>(std::forward<P>(pipeline), std::move(other));
    }
    template <bool shortest, class P, class Other>
    static auto by_turns(P&& pipeline, Other other) {
        static_assert(D::is_indexed && Other::is_indexed, "grainscope: interleave needs two indexed pipelines");
        return Interleave<D, Other, shortest>(std::forward<P>(pipeline), std::move(other));
    }
};

}  // namespace grainscope::detail
