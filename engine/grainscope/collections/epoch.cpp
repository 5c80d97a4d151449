#include <grainscope/collections/epoch.h>

#include <memory>
#include <utility>

namespace grainscope::detail {

constinit Atomic<Era> era{1};
thread_local constinit Reader* this_reader = nullptr;

namespace {

constinit Atomic<Reader*> all_readers{nullptr};  // readers are given back and taken again, but never freed

/// Gives the thread's reader back when the thread ends.
struct Ending {
    ~Ending();
};
thread_local constinit bool thread_is_ending = false;

void give_back(Reader& reader) noexcept {
    this_reader = nullptr;
    reader.taken.store(false, release);  // pairs with the exchange in take_free_reader
}

Ending::~Ending() {
    thread_is_ending = true;
    if (this_reader != nullptr && this_reader->depth == 0) give_back(*this_reader);
}

Reader* take_free_reader() noexcept {
    Reader* smallest = nullptr;
    for (Reader* reader = all_readers.load(acquire); reader != nullptr; reader = reader->next) {
        // The list is in falling order of numbers. Acquire pairs with give_back: the reader is idle and all its own.
        if (reader->taken.load(relaxed) || reader->taken.exchange(true, acquire)) continue;
        if (smallest != nullptr) smallest->taken.store(false, release);  // pairs with the exchange above
        smallest = reader;
    }
    return smallest;
}

Reader& make_reader() {
    auto fresh = std::make_unique<Reader>();
    fresh->taken.store(true, relaxed);  // nobody else knows it
    fresh->next = all_readers.load(acquire);
    do {
        fresh->number = fresh->next == nullptr ? 0 : fresh->next->number + 1;
        // Release pairs with the loads of all_readers: the reader is whole. Sequentially consistent as `publish` is.
    } while (!all_readers.compare_exchange_weak(fresh->next, fresh.get(), seq_cst, acquire));
    return *fresh.release();
}

/// Whether some reader may have seen it.
bool is_in_use(const Retired& object) noexcept {
    for (const Reader* reader = all_readers.load(seq_cst); reader != nullptr; reader = reader->next) {
        // The lower end first: who sees it sees the upper end that was stored before it, or a later one.
        const Era lower = reader->lower.load(seq_cst);
        if (lower == Reader::idle || object.retired < lower) continue;
        if (object.birth <= reader->upper.load(seq_cst)) return true;
    }
    return false;
}

}  // namespace

Reader& acquire_reader() {
    Reader* reader = take_free_reader();
    if (reader == nullptr) reader = &make_reader();
    reader->of_an_ending_thread = thread_is_ending;
    if (!thread_is_ending) {
        static thread_local Ending ending;
        (void)ending;
    }
    this_reader = reader;
    return *reader;
}

void leave_last_guard(Reader& reader) noexcept {
    if (RetireList* const list = std::exchange(reader.due, nullptr)) list->scan();
    if (reader.of_an_ending_thread && reader.depth == 0) give_back(reader);
}

RetireList::~RetireList() {
    if (this_reader != nullptr && this_reader->due == this) this_reader->due = nullptr;
    // Destructors of what is released may use other structures, not this one.
    while (Retired* object = head_.exchange(nullptr, acquire)) {  // pairs with push
        while (object != nullptr) {
            Retired& released = *std::exchange(object, object->next);
            released.release(released);
        }
    }
}

void RetireList::retire(Retired& object, const Guard& guard) noexcept {
    object.retired = era.load(seq_cst);
    push(object, object);
    const std::size_t waiting = waiting_.fetch_add(1, relaxed) + 1;  // a number by itself
    if (waiting % retirements_an_era == 0) era.fetch_add(1, seq_cst);
    if (waiting >= limit_.load(relaxed)) guard.reader().due = this;  // looked through when the guard is gone
}

void RetireList::push(Retired& first, Retired& last) noexcept {
    last.next = head_.load(relaxed);
    while (!head_.compare_exchange_weak(last.next, &first, release, relaxed)) {  // pairs with the exchange in scan
    }
}

void RetireList::scan() noexcept {
    Retired* object = head_.exchange(nullptr, acquire);  // pairs with push: the objects as they were retired
    era.fetch_add(1, seq_cst);                           // so that who reads on is not in the way of the next scan
    // Pairs with light_fence in publish: a reader whose ends are not seen below begins after all of this was retired.
    platform::heavy_fence();
    Retired* kept = nullptr;
    Retired* last_kept = nullptr;
    std::size_t kept_count = 0;
    std::size_t freed_count = 0;
    while (object != nullptr) {
        Retired& each = *std::exchange(object, object->next);
        if (is_in_use(each)) {
            each.next = kept;
            if (kept == nullptr) last_kept = &each;
            kept = &each;
            ++kept_count;
        } else {
            each.release(each);
            ++freed_count;
        }
    }
    if (kept != nullptr) push(*kept, *last_kept);
    waiting_.fetch_sub(freed_count, relaxed);  // numbers by themselves
    limit_.store(2 * kept_count + retirements_a_scan, relaxed);
}

}  // namespace grainscope::detail
