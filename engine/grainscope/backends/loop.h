// The same parallel loop on five engines: blocks of indices, shared out in each engine's own way.
//
// Ours: a parallel iterator over blocks, split on demand, the grain found by a probe unless given. OpenMP: parallel for
// schedule(dynamic, 1) over the blocks. oneTBB: parallel_for and parallel_reduce over a blocked_range, with the
// simple_partitioner if a grain is given, else the automatic one. Threads: one slice a thread, run block by block; no
// thread helps another, which is what this backend is to show. Sequential: one block after the other.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/body.h>

namespace grainscope::backends {

/// A reference to the body of a loop, called once a block: what an indirect call costs is nothing, and the loops of
/// five engines are compiled once.
using BlockBody = BodyReference<std::size_t, std::size_t>;

/// Calls body(first, last) for disjoint blocks that cover [0, n), several at once, and returns when all have ended.
///
/// grain: no block has more indices than this. 0 leaves it to the engine: ours probes what the indices cost, oneTBB
/// splits what is stolen, the others make 32 blocks a thread.
///
/// What body throws reaches the caller after all blocks that had begun have ended; those that had not are left out. If
/// several throw, it is one of them. The backend stays usable. Not to be called from inside run_on or another loop.
void for_blocks(Backend& backend, std::size_t n, std::size_t grain, BlockBody body);

/// Calls body(i, i + 1) for every i in [0, n), each a task of its own, by forks that halve [0, n): for a few large
/// pieces. Otherwise as for_blocks.
void fork_each(Backend& backend, std::size_t n, BlockBody body);

namespace detail {

/// What one thread or piece has added up, without its type: `add` is called once a block.
class Accumulator {
  public:
    Accumulator() = default;
    Accumulator(const Accumulator&) = delete;
    Accumulator& operator=(const Accumulator&) = delete;
    virtual ~Accumulator() = default;
    virtual void add(std::size_t first, std::size_t last) = 0;
    /// `right` is of the same type, and not used again.
    virtual void combine(Accumulator& right) = 0;
    /// A new one that holds the identity. Called by several threads at once.
    [[nodiscard]] virtual std::unique_ptr<Accumulator> fresh() const = 0;
};

[[nodiscard]] std::unique_ptr<Accumulator> reduce(Backend& backend, std::size_t n, std::size_t grain,
                                                  std::unique_ptr<Accumulator> start);

template <class T, class Body, class Combine>
class AccumulatorOf final : public Accumulator {
  public:
    AccumulatorOf(const T& identity, Body& body, Combine& combine)
        : identity_(identity), body_(body), combine_(combine), value_(identity) {}
    void add(std::size_t first, std::size_t last) override { value_ = body_(first, last, std::move(value_)); }
    void combine(Accumulator& right) override {
        value_ = combine_(std::move(value_), static_cast<AccumulatorOf&>(right).take());
    }
    [[nodiscard]] std::unique_ptr<Accumulator> fresh() const override {
        return std::make_unique<AccumulatorOf>(identity_, body_, combine_);
    }
    [[nodiscard]] T take() { return std::move(value_); }

  private:
    const T& identity_;
    Body& body_;
    Combine& combine_;
    T value_;
};

}  // namespace detail

/// The same with a value that passes through: body(first, last, value) returns the value with the block added,
/// beginning with `identity`, and combine(a, b) puts two together. How many values there are, and which blocks went
/// into which, is the engine's affair: combine must be associative and commutative. Without a block the result is
/// `identity`.
template <class T, class Body, class Combine>
requires(std::copyable<T>&& std::is_invocable_r_v<T, Body&, std::size_t, std::size_t, T>&&
             std::is_invocable_r_v<T, Combine&, T, T>) [[nodiscard]] T
    reduce_blocks(Backend& backend, std::size_t n, std::size_t grain, const T& identity, Body&& body,
                  Combine&& combine) {
    using Sum = detail::AccumulatorOf<T, std::remove_reference_t<Body>, std::remove_reference_t<Combine>>;
    const auto sum = detail::reduce(backend, n, grain, std::make_unique<Sum>(identity, body, combine));
    return static_cast<Sum&>(*sum).take();
}

}  // namespace grainscope::backends
