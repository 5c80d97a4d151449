// The model program's operator new and delete: what an execution allocates is counted, and not used again within it.
#include <cstdlib>
#include <cstring>
#include <new>
#include <unordered_map>
#include <vector>

#include <malloc.h>

#include "model/execution.h"

namespace grainscope::model {
namespace {

/// An allocator for the table of allocations itself.
template <class T>
struct Raw {
    using value_type = T;
    Raw() = default;
    template <class U>
    explicit Raw(const Raw<U>&) noexcept {}
    T* allocate(std::size_t count) { return static_cast<T*>(std::malloc(count * sizeof(T))); }
    void deallocate(T* block, std::size_t) noexcept { std::free(block); }
    bool operator==(const Raw&) const = default;
};

/// Whether each block of the execution is still in use.
using Blocks = std::unordered_map<void*, bool, std::hash<void*>, std::equal_to<>, Raw<std::pair<void* const, bool>>>;
Blocks& blocks() {
    static auto* const table = new (std::malloc(sizeof(Blocks))) Blocks;
    return *table;
}
bool any_blocks = false;

/// What the code under test has made for good, so that a search for leaks finds who holds it.
std::vector<void*, Raw<void*>>& kept_blocks() {
    static auto* const list = new (std::malloc(sizeof(std::vector<void*, Raw<void*>>))) std::vector<void*, Raw<void*>>;
    return *list;
}

void* allocate(std::size_t bytes, std::size_t alignment) {
    Execution* const run = Execution::of_caller();
    void* const block = alignment <= alignof(std::max_align_t)
                            ? std::malloc(bytes)
                            : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (block == nullptr) throw std::bad_alloc();
    if (run != nullptr) {
        blocks()[block] = true;
        any_blocks = true;
    }
    return block;
}

void release(void* block) noexcept {
    if (block == nullptr || !any_blocks) return std::free(block);
    const auto found = blocks().find(block);
    if (found == blocks().end()) return std::free(block);
    if (Execution::of_caller() == nullptr) {
        blocks().erase(found);
        return std::free(block);
    }
    if (!found->second) fail("memory is freed twice", Where::current());
    found->second = false;
    std::memset(block, 0xDD, malloc_usable_size(block));
}

}  // namespace

void heap::begin() noexcept { any_blocks = false; }

std::size_t heap::end(bool keep) noexcept {
    std::size_t live = 0;
    for (const auto& [block, used] : blocks()) {
        live += used ? 1 : 0;
        if (used && keep) {
            kept_blocks().push_back(block);
        } else {
            std::free(block);
        }
    }
    blocks().clear();
    any_blocks = false;
    return live;
}

}  // namespace grainscope::model

void* operator new(std::size_t bytes) { return grainscope::model::allocate(bytes, 0); }
void* operator new[](std::size_t bytes) { return grainscope::model::allocate(bytes, 0); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return grainscope::model::allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    return grainscope::model::allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { grainscope::model::release(block); }
void operator delete[](void* block) noexcept { grainscope::model::release(block); }
void operator delete(void* block, std::size_t) noexcept { grainscope::model::release(block); }
void operator delete[](void* block, std::size_t) noexcept { grainscope::model::release(block); }
void operator delete(void* block, std::align_val_t) noexcept { grainscope::model::release(block); }
void operator delete[](void* block, std::align_val_t) noexcept { grainscope::model::release(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { grainscope::model::release(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { grainscope::model::release(block); }
