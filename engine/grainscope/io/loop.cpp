#include <grainscope/io/loop.h>

#include <stdexcept>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <grainscope/io/asio/loop_context.h>

namespace grainscope::detail::async {

namespace {

/// So much of either kind, of what is posted and of what sockets and timers bring, then the other's turn. To look at
/// sockets is a system call: a few nanoseconds an item.
constexpr std::size_t items_a_turn = 128;

class PostedFunction final : public Posted {
  public:
    explicit PostedFunction(std::move_only_function<void()> f) : f_(std::move(f)) {}

  private:
    void run() noexcept override {
        const std::unique_ptr<PostedFunction> self(this);
        f_();
    }
    void drop() noexcept override { delete this; }

    std::move_only_function<void()> f_;
};

}  // namespace

thread_local constinit Loop* Loop::current_ = nullptr;

Loop::Loop(RuntimeCore& runtime) : runtime_(runtime), context_(std::make_unique<LoopContext>()) {}

Loop::~Loop() {
    inbox_.take(queue_);
    while (!queue_.empty()) queue_.pop().drop();
}

Loop& Loop::current() {
    if (current_ == nullptr) throw std::logic_error("an asynchronous operation outside the tasks of an io::Runtime");
    return *current_;
}

void Loop::post(std::move_only_function<void()> f) { post(*new PostedFunction(std::move(f))); }

void Loop::wake_from_outside() noexcept {
    boost::asio::post(context_->io, [this] {
        --wakes_owed_;
        wake();
    });
}

bool Loop::turn() {
    if (inbox_.take(queue_)) ++wakes_owed_;
    std::size_t ran = 0;
    for (; ran < items_a_turn && !queue_.empty(); ++ran) queue_.pop().run();
    const bool idle = queue_.empty() && yielded_.empty();
    std::size_t called = 0;
    if (idle || waits_ > 0)
        while (called < items_a_turn && context_->io.poll_one() > 0) ++called;
    queue_.append(yielded_);
    return ran > 0 || called > 0 || !queue_.empty();
}

void Loop::sleep() {
    recorder_.change(trace::State::blocked_io);
    context_->io.run_one();
    wake();
}

void Loop::run(const std::function<bool()>& ended) {
    current_ = this;
    recorder_.change(trace::State::busy);
    const auto work = boost::asio::make_work_guard(context_->io);
    do {
        while (!ended())
            if (!turn() && inbox_.fall_asleep()) sleep();
        local_.reset();
        // What local state left behind, as the handlers of sockets that it closed.
        while (turn()) {
        }
    } while (!ended());
    while (wakes_owed_ > 0) context_->io.run_one();
    recorder_.change(trace::State::parked);
    current_ = nullptr;
}

}  // namespace grainscope::detail::async
