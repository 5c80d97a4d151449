// What every parallel iterator is: a description of items that a consumer runs on the current pool.
//
// A pipeline is a value: a source and the adaptors around it, each holding the one before it. Nothing runs until a
// consumer (sum, collect, for_each, ...) is called. Every pipeline D has
//     using Item = ...;                                   // what its items are passed as
//     static constexpr bool is_indexed;                   // knows its length and keeps order
//     Policy policy() const;  bool is_cancelled() const;  Position extent() const;
//     void prepare() const;                               // what must be done once before any piece runs
//     template <class C> typename C::Result drive(const C& consumer, const Policy& policy) const;
// and, if it is indexed,
//     std::size_t len() const;
//     auto reader() const;                                // has `Item at(std::size_t)`, each index at most once
//     ... drive_window(consumer, policy, first, last);    // the items [first, last) only
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <grainscope/iter/core/consumer.h>
#include <grainscope/iter/core/item.h>
#include <grainscope/iter/core/pieces.h>
#include <grainscope/iter/core/policy.h>
#include <grainscope/iter/core/run.h>
#include <grainscope/runtime/cancellation.h>
#include <grainscope/runtime/enter.h>

namespace grainscope {

namespace detail {
struct PipelineTag {};
template <class D>
struct Steps;
}  // namespace detail

/// A parallel iterator: may be consumed by several workers at once.
template <class P>
concept ParallelPipeline = std::derived_from<std::remove_cvref_t<P>, detail::PipelineTag>;

/// One that knows its length, keeps its order and can be cut at any place: what enumerate, zip, rev and the like need.
template <class P>
concept IndexedPipeline = ParallelPipeline<P> && std::remove_cvref_t<P>::is_indexed;

/// Base of all parallel iterators: gives the pipeline D every adaptor and consumer of <grainscope/iter/core/steps.h>.
/// Adaptors take the pipeline as an rvalue, or copy it.
template <class D>
class ParallelIterator : public detail::PipelineTag, public detail::Steps<D> {};

namespace detail {

/// Runs a consumer over a pipeline on the current pool (the global one outside any). Throws Cancelled if the pipeline
/// was cancelled, after all work has ended.
template <class P, class C>
typename C::Result consume(const P& pipeline, const C& consumer) {
    const auto run = [&]() -> typename C::Result {
        Worker& worker = *Worker::current();
        const InsidePipeline inside(worker.pipelines);
        RunControl control(pipeline);
        Policy policy = pipeline.policy();
        policy.control = &control;
        pipeline.prepare();
        auto result = pipeline.drive(consumer, policy);
        if (control.is_cancelled()) throw Cancelled();
        if (inside.is_outermost()) worker.splitting_log().record(control.report().entry(policy));
        return result;
    };
    if (Worker::current() != nullptr) return run();
    return enter_pool(*Registry::global(), run);
}

/// Whether a pipeline can run the items of a part of its source alone.
template <class P>
concept Windowed = P::is_indexed || requires {
    requires P::is_windowed;
};

/// A pipeline around one other.
template <class D, class Base>
class OneBase : public ParallelIterator<D> {
  public:
    explicit OneBase(Base base) : base_(std::move(base)) {}

    [[nodiscard]] const Base& base() const noexcept { return base_; }
    [[nodiscard]] Policy policy() const { return base_.policy(); }
    [[nodiscard]] bool is_cancelled() const { return base_.is_cancelled(); }
    [[nodiscard]] Position extent() const { return base_.extent(); }
    void prepare() const { base_.prepare(); }

  protected:
    Base base_;
};

/// An adaptor that works on what passes by: D has `wrapped(next)`, the consumer to put before `next`.
template <class D, class Base>
class Wrapping : public OneBase<D, Base> {
  public:
    using OneBase<D, Base>::OneBase;

    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        return this->base_.drive(self().wrapped(consumer), policy);
    }
    /// The items that come of positions [first, last) of the source.
    template <class C>
    typename C::Result drive_window(const C& consumer, const Policy& policy, std::size_t first, std::size_t last) const
        requires(Windowed<Base>) {
        return this->base_.drive_window(self().wrapped(consumer), policy, first, last);
    }
    static constexpr bool is_windowed = Windowed<Base>;

  protected:
    [[nodiscard]] const D& self() const noexcept { return static_cast<const D&>(*this); }
};

/// The same where one item comes out for each that goes in: as indexed as its base.
template <class D, class Base>
class OneToOne : public Wrapping<D, Base> {
  public:
    using Wrapping<D, Base>::Wrapping;
    static constexpr bool is_indexed = Base::is_indexed;

    [[nodiscard]] std::size_t len() const requires(Base::is_indexed) { return this->base_.len(); }
};

/// An indexed pipeline that is read by position: D has len() and reader().
template <class D>
class ReadByPosition : public ParallelIterator<D> {
  public:
    static constexpr bool is_indexed = true;

    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        return drive_window(consumer, policy, 0, self().len());
    }
    template <class C>
    typename C::Result drive_window(const C& consumer, const Policy& policy, std::size_t first,
                                    std::size_t last) const {
        return Pieces<ReadByPosition, C>(*this, consumer, policy).run(first, last);
    }
    [[nodiscard]] Position extent() const { return self().len(); }

    // For Pieces.
    [[nodiscard]] auto open(std::size_t) const { return self().reader(); }
    template <class Reader, class Folder>
    static void feed(Reader& reader, std::size_t first, std::size_t last, Folder& folder) {
        feed_range(reader, first, last, folder);
    }

  private:
    [[nodiscard]] const D& self() const noexcept { return static_cast<const D&>(*this); }
};

/// The same around one other pipeline.
template <class D, class Base>
class ReadAround : public ReadByPosition<D> {
  public:
    explicit ReadAround(Base base) : base_(std::move(base)) {}
    [[nodiscard]] Policy policy() const { return base_.policy(); }
    [[nodiscard]] bool is_cancelled() const { return base_.is_cancelled(); }
    void prepare() const { base_.prepare(); }

  protected:
    Base base_;
};

/// The same around two.
template <class D, class A, class B>
class ReadAroundTwo : public ReadByPosition<D> {
  public:
    ReadAroundTwo(A a, B b) : a_(std::move(a)), b_(std::move(b)) {}
    [[nodiscard]] Policy policy() const { return a_.policy().stricter(b_.policy()); }
    [[nodiscard]] bool is_cancelled() const { return a_.is_cancelled() || b_.is_cancelled(); }
    void prepare() const { a_.prepare(), b_.prepare(); }

  protected:
    A a_;
    B b_;
};

}  // namespace detail
}  // namespace grainscope
