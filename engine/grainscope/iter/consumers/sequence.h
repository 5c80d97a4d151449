// into_iter: back to a sequential range, in order, while the pool works ahead.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <grainscope/iter/consumers/collect.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/runtime/spawn.h>

namespace grainscope {

/// The items of a pipeline in their order, as a move-only input range. The pool computes at most a few blocks ahead of
/// the reader; what a closure throws comes out in place of its block, after all items of the blocks before it. Its
/// destructor stops what is ahead and waits for it.
template <class P>
class OrderedItems {
  public:
    using Value = detail::Kept<typename P::Item>;

    explicit OrderedItems(P pipeline) : state_(std::make_unique<State>(std::move(pipeline))) {}
    OrderedItems(OrderedItems&&) noexcept = default;
    OrderedItems& operator=(OrderedItems&&) noexcept = default;
    ~OrderedItems() = default;

    class iterator {
      public:
        using value_type = Value;
        using difference_type = std::ptrdiff_t;

        explicit iterator(OrderedItems& items) : items_(&items) {}
        Value& operator*() const { return items_->state_->current(); }
        iterator& operator++() {
            items_->state_->advance();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const { return items_->state_->at_end(); }

      private:
        OrderedItems* items_;
    };
    [[nodiscard]] iterator begin() {
        state_->start();
        return iterator(*this);
    }
    [[nodiscard]] static std::default_sentinel_t end() { return {}; }

  private:
    using Block = std::vector<Value>;

    class State {
      public:
        explicit State(P pipeline) : pipeline_(std::move(pipeline)), registry_(detail::Registry::current()) {}
        State(const State&) = delete;
        State& operator=(const State&) = delete;
        ~State() {
            is_left_.store(true, relaxed);  // a hint to stop; waiting for the blocks orders the rest
            for (auto& block : ahead_) {
                try {
                    block.wait();
                } catch (...) {  // NOLINT: nobody asks for it any more
                }
            }
        }

        /// Asked by the pieces of every block.
        [[nodiscard]] bool is_cancelled() const { return is_left_.load(relaxed) || pipeline_.is_cancelled(); }

        void start() {
            if (std::exchange(started_, true)) return;
            pipeline_.prepare();
            extent_ = static_cast<std::size_t>(pipeline_.extent());
            const std::size_t workers = registry_.size();
            look_ahead_ = 2 * workers;
            block_ = std::clamp<std::size_t>(extent_ / (8 * workers), 1, 1024);
            refill();
        }
        [[nodiscard]] bool at_end() const { return place_ == now_.size(); }
        [[nodiscard]] Value& current() { return now_[place_]; }
        void advance() {
            if (++place_ == now_.size()) refill();
        }

      private:
        /// Asks for blocks, and waits for the first that holds anything.
        void refill() {
            now_.clear();
            place_ = 0;
            while (now_.empty()) {
                while (ahead_.size() < look_ahead_ && next_ < extent_) {
                    const std::size_t first = next_;
                    next_ += std::min(block_, extent_ - next_);
                    ahead_.push_back(
                        spawn_handle_in(registry_, [this, first, last = next_] { return made(first, last); }));
                }
                if (ahead_.empty()) return;
                auto block = std::move(ahead_.front());
                ahead_.pop_front();
                now_ = block.wait();
            }
        }
        Block made(std::size_t first, std::size_t last) {
            // What is thrown in one block stops no other: those before it are still to be read.
            detail::RunControl control(*this);
            detail::Policy policy = pipeline_.policy();
            policy.control = &control;
            auto parts = pipeline_.drive_window(detail::GatherConsumer<Value>(), policy, first, last);
            if (pipeline_.is_cancelled()) throw Cancelled();
            Block block;
            block.reserve(detail::size_of(parts));
            for (auto& part : parts) std::move(part.begin(), part.end(), std::back_inserter(block));
            return block;
        }

        P pipeline_;
        Atomic<bool> is_left_{false};
        detail::Registry& registry_;
        bool started_ = false;
        std::size_t extent_ = 0, next_ = 0, block_ = 1, look_ahead_ = 1;
        std::deque<SpawnHandle<Block>> ahead_;
        Block now_;
        std::size_t place_ = 0;
    };

    std::unique_ptr<State> state_;
};

namespace detail {

template <class D>
struct SequenceStep {
    /// The items as a sequential range, in their order, computed by the current pool in blocks of at most 1,024, at
    /// most two blocks a worker ahead of the reader. Needs a pipeline over an indexed source. What it reads must live
    /// until the range is destroyed.
    ///
    ///     const std::vector<int> numbers{1, 2, 3};
    ///     for (int square : grainscope::par_iter(numbers).map([](int x) { return x * x; }).into_iter()) (void)square;
    [[nodiscard]] auto into_iter() && { return ordered(static_cast<D&&>(*this)); }
    [[nodiscard]] auto into_iter() const& { return ordered(static_cast<const D&>(*this)); }

  private:
    template <class P>
    static auto ordered(P&& pipeline) {
        static_assert(Windowed<D>, "grainscope: into_iter needs a pipeline over an indexed source");
        return OrderedItems<D>(std::forward<P>(pipeline));
    }
};

}  // namespace detail
}  // namespace grainscope
