#include <grainscope/backends/loop.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#ifdef GRAINSCOPE_HAS_TBB
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_reduce.h>
#include <oneapi/tbb/partitioner.h>
#endif

#include <grainscope/backends/run_on.h>
#include <grainscope/iter/iter.h>
#include <grainscope/platform/atomic.h>

namespace grainscope::backends {

namespace {

using detail::Accumulator;
using Owned = std::unique_ptr<Accumulator>;

/// Blocks of `grain` indices that cover [first, last). The one place where the engines without a range of their own
/// cut.
struct Blocks {
    std::size_t first, last, grain;

    [[nodiscard]] std::size_t count() const { return (last - first) / grain + ((last - first) % grain != 0 ? 1 : 0); }
    template <class Body>
    void call(std::size_t index, Body& body) const {
        const std::size_t begin = first + index * grain;
        body(begin, begin + std::min(grain, last - begin));
    }
};

std::size_t grain_or(std::size_t grain, std::size_t n, std::size_t threads) {
    constexpr std::size_t blocks_a_thread = 32;
    return grain != 0 ? grain : std::max<std::size_t>(1, n / (blocks_a_thread * threads));
}

/// What failed first in time, and whether anything has.
class FirstFailure {
  public:
    /// Inside a catch block.
    void keep_current() {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
        has_failed_.store(true, relaxed);
    }
    /// Relaxed: a hint to begin nothing new. The end of the region orders the error.
    [[nodiscard]] bool has_failed() const { return has_failed_.load(relaxed); }
    /// After all threads have ended.
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

  private:
    std::mutex mutex_;
    std::exception_ptr error_;
    Atomic<bool> has_failed_{false};
};

// -- grainscope: an iterator whose items are blocks ------------------------------------------------------------------

struct Block {
    std::size_t first, last;
};

/// [0, n) as blocks of whatever length suits: each stretch that a worker runs between two looks is one item.
class BlockRange : public ParallelIterator<BlockRange> {
  public:
    using Item = Block;
    static constexpr bool is_indexed = false;

    explicit BlockRange(std::size_t n) : n_(n) {}
    [[nodiscard]] grainscope::detail::Policy policy() const { return {}; }
    [[nodiscard]] bool is_cancelled() const { return false; }
    [[nodiscard]] grainscope::detail::Position extent() const { return n_; }
    void prepare() const {}
    template <class C>
    typename C::Result drive(const C& consumer, const grainscope::detail::Policy& policy) const {
        return grainscope::detail::Pieces<BlockRange, C>(*this, consumer, policy).run(0, n_);
    }

    // For Pieces.
    struct Reader {};
    [[nodiscard]] Reader open(std::size_t) const { return {}; }
    template <class Folder>
    static void feed(Reader&, std::size_t first, std::size_t last, Folder& folder) {
        folder.feed(Block{first, last});
    }

  private:
    std::size_t n_;
};

void loop(GrainscopeBackend& backend, std::size_t n, std::size_t grain, BlockBody body) {
    backend.pool().install(
        [&] { BlockRange(n).with_grain(grain).for_each([body](Block block) { body(block.first, block.last); }); });
}

Owned reduce(GrainscopeBackend& backend, std::size_t n, std::size_t grain, Owned start) {
    const Accumulator& identity = *start;
    auto result = backend.pool().install([&] {
        return BlockRange(n)
            .with_grain(grain)
            .fold([&] { return identity.fresh(); },
                  [](Owned sum, Block block) {
                      sum->add(block.first, block.last);
                      return sum;
                  })
            .reduce_with([](Owned left, Owned right) {
                left->combine(*right);
                return left;
            });
    });
    return result ? *std::move(result) : std::move(start);
}

// -- OpenMP ----------------------------------------------------------------------------------------------------------

#ifdef GRAINSCOPE_HAS_OPENMP

void loop(OpenMpBackend& backend, std::size_t n, std::size_t grain, BlockBody body) {
    const Blocks blocks{0, n, grain_or(grain, n, backend.threads())};
    const std::size_t count = blocks.count();
    FirstFailure failure;
    backend.run_team([&] {
#pragma omp for schedule(dynamic, 1)
        for (std::size_t i = 0; i < count; ++i) {
            if (failure.has_failed()) continue;  // an exception may not leave the loop, nor may a break
            try {
                blocks.call(i, body);
            } catch (...) {
                failure.keep_current();
            }
        }
    });
    failure.rethrow();
}

Owned reduce(OpenMpBackend& backend, std::size_t n, std::size_t grain, Owned start) {
    const Blocks blocks{0, n, grain_or(grain, n, backend.threads())};
    const std::size_t count = blocks.count();
    FirstFailure failure;
    const Accumulator& identity = *start;
    std::vector<Owned> sums(backend.threads());
    backend.run_team([&] {
        Owned& sum = sums[static_cast<std::size_t>(omp_get_thread_num())];
#pragma omp for schedule(dynamic, 1)
        for (std::size_t i = 0; i < count; ++i) {
            if (failure.has_failed()) continue;
            try {
                if (!sum) sum = identity.fresh();
                const auto add = [&](std::size_t first, std::size_t last) { sum->add(first, last); };
                blocks.call(i, add);
            } catch (...) {
                failure.keep_current();
            }
        }
    });
    failure.rethrow();
    for (const Owned& sum : sums)
        if (sum) start->combine(*sum);
    return start;
}

#endif

// -- oneTBB ----------------------------------------------------------------------------------------------------------

#ifdef GRAINSCOPE_HAS_TBB

using TbbRange = oneapi::tbb::blocked_range<std::size_t>;

void loop(TbbBackend& backend, std::size_t n, std::size_t grain, BlockBody body) {
    const auto block = [body](const TbbRange& range) { body(range.begin(), range.end()); };
    backend.run([&](TbbFork&) {
        if (grain == 0)
            oneapi::tbb::parallel_for(TbbRange(0, n), block, oneapi::tbb::auto_partitioner());
        else
            oneapi::tbb::parallel_for(TbbRange(0, n, grain), block, oneapi::tbb::simple_partitioner());
    });
}

class TbbSum {
  public:
    explicit TbbSum(const Accumulator& identity) : identity_(identity) {}
    TbbSum(TbbSum& other, oneapi::tbb::split) : identity_(other.identity_) {}
    void operator()(const TbbRange& range) {
        if (!sum_) sum_ = identity_.fresh();
        sum_->add(range.begin(), range.end());
    }
    void join(TbbSum& right) {
        if (!sum_)
            sum_ = std::move(right.sum_);
        else if (right.sum_)
            sum_->combine(*right.sum_);
    }
    [[nodiscard]] Owned take() { return std::move(sum_); }

  private:
    const Accumulator& identity_;
    Owned sum_;
};

Owned reduce(TbbBackend& backend, std::size_t n, std::size_t grain, Owned start) {
    TbbSum sum(*start);
    backend.run([&](TbbFork&) {
        if (grain == 0)
            oneapi::tbb::parallel_reduce(TbbRange(0, n), sum, oneapi::tbb::auto_partitioner());
        else
            oneapi::tbb::parallel_reduce(TbbRange(0, n, grain), sum, oneapi::tbb::simple_partitioner());
    });
    Owned result = sum.take();
    return result ? std::move(result) : std::move(start);
}

#endif

// -- plain threads ---------------------------------------------------------------------------------------------------

// Slice `row` of `rows` of equal length, as blocks.
Blocks slice(std::size_t n, std::size_t row, std::size_t rows, std::size_t grain) {
    __extension__ using Wide = unsigned __int128;
    const auto cut = [&](std::size_t i) { return static_cast<std::size_t>(Wide{n} * i / rows); };
    return {cut(row), cut(row + 1), grain_or(grain, n, rows)};
}

void loop(ThreadsBackend& backend, std::size_t n, std::size_t grain, BlockBody body) {
    FirstFailure failure;
    backend.run_team([&](std::size_t row) {
        const Blocks blocks = slice(n, row, backend.threads(), grain);
        try {
            for (std::size_t i = 0, count = blocks.count(); i < count && !failure.has_failed(); ++i)
                blocks.call(i, body);
        } catch (...) {
            failure.keep_current();
        }
    });
    failure.rethrow();
}

Owned reduce(ThreadsBackend& backend, std::size_t n, std::size_t grain, Owned start) {
    const Accumulator& identity = *start;
    std::vector<Owned> sums(backend.threads());
    loop(backend, n, grain, [&](std::size_t first, std::size_t last) {
        Owned& sum = sums[backend.worker_index()];
        if (!sum) sum = identity.fresh();
        sum->add(first, last);
    });
    for (const Owned& sum : sums)
        if (sum) start->combine(*sum);
    return start;
}

// -- one thread ------------------------------------------------------------------------------------------------------

void loop(SequentialBackend& backend, std::size_t n, std::size_t grain, BlockBody body) {
    const Blocks blocks{0, n, grain_or(grain, n, 1)};
    backend.run([&](SequentialFork&) {
        for (std::size_t i = 0, count = blocks.count(); i < count; ++i) blocks.call(i, body);
    });
}

Owned reduce(SequentialBackend& backend, std::size_t n, std::size_t grain, Owned start) {
    loop(backend, n, grain, [&](std::size_t first, std::size_t last) { start->add(first, last); });
    return start;
}

// -- fork and join ---------------------------------------------------------------------------------------------------

template <class Fork>
void fork_range(Fork& fork, std::size_t first, std::size_t last, BlockBody body) {
    if (last - first == 1) return body(first, last);
    const std::size_t middle = first + (last - first) / 2;
    fork.join([&] { fork_range(fork, first, middle, body); }, [&] { fork_range(fork, middle, last, body); });
}

}  // namespace

void fork_each(Backend& backend, std::size_t n, BlockBody body) {
    if (n == 0) return;
    run_on(backend, [&](auto& fork) { fork_range(fork, 0, n, body); });
}

void for_blocks(Backend& backend, std::size_t n, std::size_t grain, BlockBody body) {
    if (n == 0) return;
    visit(backend, [&](auto& concrete) { loop(concrete, n, grain, body); });
}

namespace detail {

std::unique_ptr<Accumulator> reduce(Backend& backend, std::size_t n, std::size_t grain,
                                    std::unique_ptr<Accumulator> start) {
    if (n == 0) return start;
    return visit(backend,
                 [&](auto& concrete) { return grainscope::backends::reduce(concrete, n, grain, std::move(start)); });
}

}  // namespace detail

}  // namespace grainscope::backends
