// Stands in for engine/grainscope/platform/atomic.h in the model program: every operation is the scheduler's to time.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "model/hooks.h"

namespace grainscope {

namespace model {

template <std::size_t bytes>
using Unsigned = std::conditional_t<
    bytes == 1, std::uint8_t,
    std::conditional_t<bytes == 2, std::uint16_t, std::conditional_t<bytes == 4, std::uint32_t, std::uint64_t>>>;

template <class T>
constexpr std::uint64_t to_bits(T value) noexcept {
    if constexpr (std::is_pointer_v<T>) {
        if
            consteval {
                return 0;  // the only constant pointer there is use for
            }
    }
    return std::bit_cast<Unsigned<sizeof(T)>>(value);
}
template <class T>
T from_bits(std::uint64_t bits) noexcept {
    return std::bit_cast<T>(static_cast<Unsigned<sizeof(T)>>(bits));
}

template <class T>
class Atomic {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8 && std::has_single_bit(sizeof(T)));
    using Step = std::conditional_t<std::is_pointer_v<T>, std::ptrdiff_t, T>;

  public:
    using value_type = T;
    static constexpr bool is_always_lock_free = true;

    constexpr Atomic() noexcept : Atomic(T()) {}
    constexpr Atomic(T value) noexcept : cell_{.bits = to_bits(value)} {
        if
            !consteval { construct(cell_); }
    }
    Atomic(const Atomic&) = delete;
    Atomic& operator=(const Atomic&) = delete;
    constexpr ~Atomic() {
        if
            !consteval { destroy(cell_); }
    }

    [[nodiscard]] bool is_lock_free() const noexcept { return true; }
    [[nodiscard]] const Cell& cell() const noexcept { return cell_; }

    T load(std::memory_order order = std::memory_order_seq_cst, Where where = Where::current()) const noexcept {
        return from_bits<T>(model::load(cell_, order, where));
    }
    void store(T value, std::memory_order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
        model::store(cell_, to_bits(value), order, where);
    }
    operator T() const noexcept { return load(); }
    T operator=(T value) noexcept {
        store(value);
        return value;
    }

    T exchange(T value, std::memory_order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
        return update([&](T) { return value; }, order, where);
    }
    T fetch_add(Step by, std::memory_order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
        return update([&](T old) { return static_cast<T>(old + by); }, order, where);
    }
    T fetch_sub(Step by, std::memory_order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
        return update([&](T old) { return static_cast<T>(old - by); }, order, where);
    }
    T fetch_and(T by, std::memory_order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
        return update([&](T old) { return static_cast<T>(old & by); }, order, where);
    }
    T fetch_or(T by, std::memory_order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
        return update([&](T old) { return static_cast<T>(old | by); }, order, where);
    }
    T fetch_xor(T by, std::memory_order order = std::memory_order_seq_cst, Where where = Where::current()) noexcept {
        return update([&](T old) { return static_cast<T>(old ^ by); }, order, where);
    }
    T operator++() noexcept { return static_cast<T>(fetch_add(1) + 1); }
    T operator--() noexcept { return static_cast<T>(fetch_sub(1) - 1); }
    T operator++(int) noexcept { return fetch_add(1); }
    T operator--(int) noexcept { return fetch_sub(1); }
    T operator+=(Step by) noexcept { return static_cast<T>(fetch_add(by) + by); }
    T operator-=(Step by) noexcept { return static_cast<T>(fetch_sub(by) - by); }
    T operator&=(T by) noexcept { return static_cast<T>(fetch_and(by) & by); }
    T operator|=(T by) noexcept { return static_cast<T>(fetch_or(by) | by); }

    bool compare_exchange_strong(T& expected, T desired, std::memory_order success, std::memory_order failure,
                                 Where where = Where::current()) noexcept {
        return exchange_if(expected, desired, success, failure, false, where);
    }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst,
                                 Where where = Where::current()) noexcept {
        return exchange_if(expected, desired, order, on_failure(order), false, where);
    }
    bool compare_exchange_weak(T& expected, T desired, std::memory_order success, std::memory_order failure,
                               Where where = Where::current()) noexcept {
        return exchange_if(expected, desired, success, failure, true, where);
    }
    bool compare_exchange_weak(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst,
                               Where where = Where::current()) noexcept {
        return exchange_if(expected, desired, order, on_failure(order), true, where);
    }

  private:
    static constexpr std::memory_order on_failure(std::memory_order order) noexcept {
        if (order == std::memory_order_acq_rel) return std::memory_order_acquire;
        return order == std::memory_order_release ? std::memory_order_relaxed : order;
    }
    template <class F>
    T update(F&& f, std::memory_order order, const Where& where) noexcept {
        const T old = from_bits<T>(begin_update(cell_, order, where));
        end_update(cell_, to_bits(f(old)), order);
        return old;
    }
    bool exchange_if(T& expected, T desired, std::memory_order success, std::memory_order failure, bool weak,
                     const Where& where) noexcept {
        std::uint64_t bits = to_bits(expected);
        const bool done = compare_exchange(cell_, bits, to_bits(desired), success, failure, weak, where);
        if (!done) expected = from_bits<T>(bits);
        return done;
    }

    Cell cell_;
};

}  // namespace model

template <class T>
using Atomic = model::Atomic<T>;

inline constexpr auto relaxed = std::memory_order_relaxed;
inline constexpr auto acquire = std::memory_order_acquire;
inline constexpr auto release = std::memory_order_release;
inline constexpr auto acq_rel = std::memory_order_acq_rel;
inline constexpr auto seq_cst = std::memory_order_seq_cst;

inline constexpr std::size_t cache_line = 128;

}  // namespace grainscope
