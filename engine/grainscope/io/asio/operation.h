// An operation of Boost.Asio or Beast, awaited in a task.
#pragma once

#include <coroutine>
#include <tuple>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/system/error_code.hpp>

#include <grainscope/io/coroutine.h>
#include <grainscope/io/loop.h>
#include <grainscope/runtime/cancellation.h>

namespace grainscope::detail::async {

/// `initiate` starts it with the completion handler that it is given, which takes an error code and Results. Awaiting
/// it gives both, or throws Cancelled when the task's scope was cancelled. It ends only after the handler was called,
/// so that buffers and sockets of the task outlive it.
template <class Initiate, class... Results>
class AsioOperation final : private Operation {
  public:
    explicit AsioOperation(Initiate initiate) : initiate_(std::move(initiate)) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> awaiting) {
        scope_ = &awaiting.promise().scope();
        if (scope_->is_cancelled()) return false;
        awaiting_ = awaiting;
        initiate_(boost::asio::bind_cancellation_slot(signal_.slot(), Handler{this}));
        Loop::current().wait_begins();
        scope_->add(*this);
        return true;
    }
    [[nodiscard]] std::tuple<boost::system::error_code, Results...> await_resume() {
        if (scope_->is_cancelled()) throw Cancelled();
        return std::move(results_);
    }

  private:
    struct Handler {
        AsioOperation* operation;
        void operator()(boost::system::error_code error, Results... results) const {
            operation->end({error, std::move(results)...});
        }
    };
    void end(std::tuple<boost::system::error_code, Results...> results) noexcept {
        Loop::current().wait_ends();
        scope_->remove(*this);
        results_ = std::move(results);
        Trampoline::run(awaiting_);
    }
    void cancel() noexcept override { signal_.emit(boost::asio::cancellation_type::terminal); }

    Initiate initiate_;
    Scope* scope_ = nullptr;
    std::coroutine_handle<> awaiting_;
    boost::asio::cancellation_signal signal_;
    std::tuple<boost::system::error_code, Results...> results_;
};

template <class... Results, class Initiate>
[[nodiscard]] AsioOperation<Initiate, Results...> operation(Initiate initiate) {
    return AsioOperation<Initiate, Results...>(std::move(initiate));
}

}  // namespace grainscope::detail::async
