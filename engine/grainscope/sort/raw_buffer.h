// Room for a stable sort to work in.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <new>

namespace grainscope::sorting {

/// Storage for `size` elements, none of them constructed. Throws std::bad_alloc.
template <class T>
class RawBuffer {
  public:
    explicit RawBuffer(std::size_t size) : memory_(allocate(size)) {}
    [[nodiscard]] T* data() const noexcept { return memory_.get(); }

  private:
    struct Free {
        void operator()(T* memory) const { ::operator delete (memory, std::align_val_t{alignof(T)}); }
    };

    static T* allocate(std::size_t size) {
        if (size > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
        return static_cast<T*>(::operator new (size * sizeof(T), std::align_val_t{alignof(T)}));
    }

    std::unique_ptr<T, Free> memory_;
};

}  // namespace grainscope::sorting
