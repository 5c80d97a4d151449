// A place for one element of a queue: in itself where moving cannot throw, else behind a pointer.
#pragma once

#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace grainscope::detail {

/// What a queue puts into its cells. It is made before a place in the queue is taken, and from then on nothing throws:
/// an element whose move may throw is moved into memory of its own first, and travels as a pointer.
template <class T>
using Parcel = std::conditional_t<std::is_nothrow_move_constructible_v<T> && std::is_nothrow_destructible_v<T>, T,
                                  std::unique_ptr<T>>;

template <class T>
inline constexpr bool travels_boxed = !std::is_same_v<Parcel<T>, T>;

template <class T>
[[nodiscard]] Parcel<T> wrap(T&& value) {
    if constexpr (travels_boxed<T>) {
        return std::make_unique<T>(std::move(value));
    } else {
        return std::move(value);
    }
}

/// What it held; where moving throws, the element is gone, destroyed once.
template <class T>
[[nodiscard]] T unwrap(Parcel<T>&& parcel) {
    if constexpr (travels_boxed<T>) {
        return std::move(*parcel);
    } else {
        return std::move(parcel);
    }
}

/// Destroys, and swallows what a destructor throws: where this is called nobody is left to be told.
template <class T>
void destroy_quietly(T* object) noexcept {
    if constexpr (std::is_nothrow_destructible_v<T>) {
        object->~T();
    } else {
        try {
            object->~T();
        } catch (...) {
        }
    }
}

/// Raw memory for one parcel. Whoever uses it knows whether there is one inside.
template <class T>
class Cell {
  public:
    void put(Parcel<T>&& parcel) noexcept { new (&storage_) Parcel<T>(std::move(parcel)); }
    [[nodiscard]] Parcel<T> take() noexcept {
        Parcel<T>& inside = *std::launder(reinterpret_cast<Parcel<T>*>(&storage_));
        Parcel<T> parcel = std::move(inside);
        inside.~Parcel<T>();
        return parcel;
    }
    void drop() noexcept {
        Parcel<T>& inside = *std::launder(reinterpret_cast<Parcel<T>*>(&storage_));
        if constexpr (travels_boxed<T>) {
            T* const element = inside.release();
            destroy_quietly(element);
            deallocate(element);
        }
        destroy_quietly(&inside);
    }

  private:
    static void deallocate(T* element) noexcept {
        if constexpr (alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
            ::operator delete (element, std::align_val_t{alignof(T)});
        } else {
            ::operator delete(element);
        }
    }

    alignas(Parcel<T>) unsigned char storage_[sizeof(Parcel<T>)];
};

}  // namespace grainscope::detail
