// The second array of a merge sort.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include <grainscope/sort/parallel_partition.h>

namespace grainscope::sorting {

/// As many elements as the data, all of them alive until the buffer goes. The elements of types that are not trivially
/// copyable are moved in from the data: that is where the sort finds them, and no element is ever half-alive.
/// Throws std::bad_alloc before anything was moved.
template <class T>
class SortBuffer {
  public:
    /// Whether the elements lie in the buffer after its construction, rather than in the data.
    static constexpr bool takes_elements = !std::is_trivially_copyable_v<T>;

    template <class ForkT>
    SortBuffer(std::span<T> data, ForkT& fork) : size_(data.size()), memory_(allocate(size_)) {
        if constexpr (takes_elements) {
            if constexpr (std::is_nothrow_move_constructible_v<T>) {
                fork_over(fork, [&](std::size_t first, std::size_t last) {
                    std::uninitialized_move(data.data() + first, data.data() + last, memory_.get() + first);
                });
            } else {
                std::uninitialized_move(data.begin(), data.end(), memory_.get());
            }
        }
    }
    SortBuffer(const SortBuffer&) = delete;
    SortBuffer& operator=(const SortBuffer&) = delete;

    ~SortBuffer() {
        if constexpr (takes_elements) std::destroy_n(memory_.get(), size_);
    }

    [[nodiscard]] T* data() noexcept { return memory_.get(); }

  private:
    struct Free {
        void operator()(T* memory) const { ::operator delete (memory, std::align_val_t{alignof(T)}); }
    };
    using Memory = std::unique_ptr<T, Free>;

    static Memory allocate(std::size_t size) {
        return Memory(static_cast<T*>(::operator new (size * sizeof(T), std::align_val_t{alignof(T)})));
    }

    template <class ForkT, class Body>
    static void fork_over(ForkT& fork, std::size_t size, const Body& body) {
        detail::fork_over(fork, 0, size, std::size_t{1} << 14, body);
    }
    template <class ForkT, class Body>
    void fork_over(ForkT& fork, const Body& body) {
        fork_over(fork, size_, body);
    }

    std::size_t size_;
    Memory memory_;
};

}  // namespace grainscope::sorting
