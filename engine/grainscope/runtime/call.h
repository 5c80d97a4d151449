// Calling closures: a result that is always a value, and a place to keep one or the exception that came instead.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <variant>

namespace grainscope::detail {

/// What a closure yields where a value is needed: std::monostate stands for void.
template <class R>
using ValueOf = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

template <class F, class... Args>
using CallValue = ValueOf<std::invoke_result_t<F, Args...>>;

template <class F, class... Args>
inline CallValue<F, Args...> call_for_value(F&& f, Args&&... args) {
    if constexpr (std::is_void_v<std::invoke_result_t<F, Args...>>) {
        std::invoke(std::forward<F>(f), std::forward<Args>(args)...);
        return std::monostate{};
    } else {
        return std::invoke(std::forward<F>(f), std::forward<Args>(args)...);
    }
}

/// Room for the outcome of one call on another thread. Constructing it costs nothing: only `run` writes. After run,
/// take or discard must be called exactly once; both leave it empty.
template <class R>
class Outcome {
  public:
    Outcome() noexcept {}  // NOLINT: the union stays without a value on purpose
    Outcome(const Outcome&) = delete;
    Outcome& operator=(const Outcome&) = delete;
    ~Outcome() {}  // NOLINT: likewise

    template <class F>
    void run(F&& f) noexcept {
        try {
            ::new (static_cast<void*>(&value_)) Stored(store(call_for_value(std::forward<F>(f))));
            failed_ = false;
        } catch (...) {
            ::new (static_cast<void*>(&error_)) std::exception_ptr(std::current_exception());
            failed_ = true;
        }
    }

    /// The result, or the exception rethrown.
    R take() {
        if (failed_) std::rethrow_exception(take_error());
        if constexpr (std::is_reference_v<R>) {
            return static_cast<R>(*value_);
        } else {
            struct DestroyAtEnd {
                Stored& stored;
                ~DestroyAtEnd() { std::destroy_at(&stored); }
            } destroy_at_end{value_};
            return std::move(value_);
        }
    }

    [[nodiscard]] bool failed() const noexcept { return failed_; }

    /// Requires failed(); leaves this empty, as take does.
    [[nodiscard]] std::exception_ptr take_error() noexcept {
        std::exception_ptr error = std::move(error_);
        std::destroy_at(&error_);
        return error;
    }

    void discard() noexcept {
        if (failed_) {
            std::destroy_at(&error_);
        } else {
            std::destroy_at(&value_);
        }
    }

  private:
    using Stored = std::conditional_t<std::is_reference_v<R>, std::remove_reference_t<R>*, R>;

    template <class T>
    static decltype(auto) store(T&& value) {
        if constexpr (std::is_reference_v<R>) {
            return std::addressof(value);
        } else {
            return std::forward<T>(value);
        }
    }

    union {
        Stored value_;
        std::exception_ptr error_;
    };
    bool failed_;
};

}  // namespace grainscope::detail
