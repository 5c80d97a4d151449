#include "model/fibre.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <cxxabi.h>
#include <link.h>
#include <pthread.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace grainscope::model {
namespace {

/// The program's own thread-local storage (libraries keep theirs): where it lies, and what it begins as.
struct ThreadLocals {
    std::byte* here = nullptr;
    const std::byte* image = nullptr;
    std::size_t image_bytes = 0;
    std::size_t bytes = 0;
};

int read_first_object(dl_phdr_info* object, std::size_t, void* out) {
    auto& found = *static_cast<ThreadLocals*>(out);
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& header = object->dlpi_phdr[i];
        if (header.p_type != PT_TLS || object->dlpi_tls_data == nullptr) continue;
        found.here = static_cast<std::byte*>(object->dlpi_tls_data);
        found.image = reinterpret_cast<const std::byte*>(object->dlpi_addr + header.p_vaddr);
        found.image_bytes = header.p_filesz;
        found.bytes = header.p_memsz;
    }
    return 1;  // the first object is the program
}

const ThreadLocals& thread_locals() {
    static const ThreadLocals found = [] {
        ThreadLocals locals;
        dl_iterate_phdr(read_first_object, &locals);
        return locals;
    }();
    return found;
}

Fibre* running = nullptr;
Fibre* previous = nullptr;

#if defined(__x86_64__)
extern "C" void grainscope_model_switch(void** save, void* load);
// What a call preserves (System V ABI) goes onto the stack, and the stack is exchanged.
asm(R"(
.text
.globl grainscope_model_switch
.type grainscope_model_switch, @function
grainscope_model_switch:
    endbr64
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size grainscope_model_switch, .-grainscope_model_switch
)");
#endif

}  // namespace

Fibre::Fibre(std::size_t stack_bytes)
    : stack_(std::make_unique_for_overwrite<std::byte[]>(stack_bytes)), stack_bytes_(stack_bytes) {
    bottom_ = stack_.get();
}

void Fibre::reset(void (*body)()) {
    body_ = body;
    const ThreadLocals& locals = thread_locals();
    thread_locals_.resize(locals.bytes);
    if (locals.bytes > 0) {
        std::memcpy(thread_locals_.data(), locals.image, locals.image_bytes);
        std::memset(thread_locals_.data() + locals.image_bytes, 0, locals.bytes - locals.image_bytes);
    }
    exceptions_ = {};
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(stack_.get(), stack_bytes_);
#endif
#if defined(__x86_64__)
    auto top = reinterpret_cast<std::uintptr_t>(stack_.get() + stack_bytes_) & ~std::uintptr_t{15};
    auto* const frame = reinterpret_cast<void**>(top) - 10;  // six registers, where to go, no caller
    std::memset(frame, 0, 10 * sizeof(void*));
    frame[6] = reinterpret_cast<void*>(&Fibre::enter);
    stack_pointer_ = frame;
#else
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack_.get();
    context_.uc_stack.ss_size = stack_bytes_;
    context_.uc_link = nullptr;
    makecontext(&context_, &Fibre::enter, 0);
#endif
}

void Fibre::switch_to(Fibre& to) {
    const ThreadLocals& locals = thread_locals();
    thread_locals_.resize(locals.bytes);
    if (locals.bytes > 0) {
        std::memcpy(thread_locals_.data(), locals.here, locals.bytes);
        std::memcpy(locals.here, to.thread_locals_.data(), locals.bytes);
    }
    auto* const in_flight = reinterpret_cast<Exceptions*>(abi::__cxa_get_globals());
    exceptions_ = *in_flight;
    *in_flight = to.exceptions_;
    previous = this;
    running = &to;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&fake_stack_, to.bottom_, to.stack_bytes_);
#endif
#if defined(__x86_64__)
    grainscope_model_switch(&stack_pointer_, to.stack_pointer_);
#else
    swapcontext(&context_, &to.context_);
#endif
    arrive();
}

void Fibre::arrive() const {
#if defined(__SANITIZE_ADDRESS__)
    const void* bottom = nullptr;
    std::size_t bytes = 0;
    __sanitizer_finish_switch_fiber(fake_stack_, &bottom, &bytes);
    if (previous->stack_ == nullptr) {  // where the thread's own stack lies is first known on leaving it
        previous->bottom_ = bottom;
        previous->stack_bytes_ = bytes;
    }
#endif
}

void Fibre::enter() {
    running->arrive();
    running->body_();
    std::abort();
}

}  // namespace grainscope::model
