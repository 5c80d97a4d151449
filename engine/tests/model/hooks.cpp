#include "model/hooks.h"

#include "model/execution.h"

namespace grainscope::model {
namespace {

using Kind = Execution::Kind;
using State = Execution::Thread::State;

/// The model's side of one call from the case.
class Inside {
  public:
    explicit Inside(Execution& run) noexcept : run_(run) { Execution::enter(); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() {
        run_.finish_step();
        Execution::leave();
    }

  private:
    Execution& run_;
};

/// Before the threads begin nobody else sees a cell, so that it needs no history.
bool is_private(const Execution& run, const Cell& cell) {
    return run.is_alone() && cell.execution == run.number() && cell.location == Cell::none;
}

void require_sound(Execution& run, const Cell& cell) {
    if (const char* wrong = run.memory().complaint(cell, run.running(), run.self().knowledge)) run.fail(wrong);
}

bool is_seq_cst(std::memory_order order) { return order == std::memory_order_seq_cst; }

std::uint64_t read(Execution& run, const Cell& cell, std::size_t age, std::memory_order order) {
    return run.memory().read(cell, age, run.self().knowledge, order);
}

void write(Execution& run, Cell& cell, std::uint64_t bits, std::memory_order order, bool is_update) {
    const bool changes = bits != cell.bits;
    run.memory().write(cell, bits, run.self().knowledge, order, is_update);
    if (changes) run.changed_something();
}

}  // namespace

void construct(Cell& cell) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr) return;
    cell.execution = run->number();
    cell.maker = static_cast<std::uint16_t>(run->running());
    cell.made = run->self().knowledge.now.clock(run->running());
}

void destroy(Cell& cell) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr) return;
    Execution::enter();
    if (const char* wrong = run->memory().destroy(cell, run->self().knowledge)) run->fail(wrong);
    Execution::leave();
}

std::uint64_t load(const Cell& cell, std::memory_order order, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr || is_private(*run, cell)) return cell.bits;
    const Inside inside(*run);
    run->step({Kind::load, &cell, where, is_seq_cst(order)});
    require_sound(*run, cell);
    const std::size_t age = run->choose_age(run->memory().readable(cell, run->self().knowledge, is_seq_cst(order)));
    const std::uint64_t bits = read(*run, cell, age, order);
    run->note("load", &cell, bits, age);
    return bits;
}

void store(Cell& cell, std::uint64_t bits, std::memory_order order, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr || is_private(*run, cell)) {
        cell.bits = bits;
        return;
    }
    const Inside inside(*run);
    run->step({Kind::store, &cell, where, is_seq_cst(order)});
    require_sound(*run, cell);
    write(*run, cell, bits, order, false);
    run->note("store", &cell, bits, 0);
}

std::uint64_t begin_update(Cell& cell, std::memory_order order, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr || is_private(*run, cell)) return cell.bits;
    Execution::enter();
    run->step({Kind::update, &cell, where, is_seq_cst(order)});
    require_sound(*run, cell);
    const std::uint64_t bits = read(*run, cell, 0, order);
    Execution::leave();
    return bits;
}

void end_update(Cell& cell, std::uint64_t bits, std::memory_order order) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr || is_private(*run, cell)) {
        cell.bits = bits;
        return;
    }
    const Inside inside(*run);
    write(*run, cell, bits, order, true);
    run->note("update", &cell, bits, 0);
}

bool compare_exchange(Cell& cell, std::uint64_t& expected, std::uint64_t desired, std::memory_order success,
                      std::memory_order failure, bool weak, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr || is_private(*run, cell)) {
        if (cell.bits != expected) {
            expected = cell.bits;
            return false;
        }
        cell.bits = desired;
        return true;
    }
    const Inside inside(*run);
    run->step({Kind::update, &cell, where, true});
    require_sound(*run, cell);
    // A failing exchange is a load, which may find any older value but the expected one.
    const std::size_t readable = run->memory().readable(cell, run->self().knowledge, is_seq_cst(failure));
    std::size_t age = run->choose_age(readable);
    if (age > 0 && run->memory().peek(cell, age) == expected && !weak) age = 0;
    const bool matches = age == 0 && cell.bits == expected;
    if (matches && !(weak && run->spend_deviation())) {
        (void)read(*run, cell, 0, success);
        write(*run, cell, desired, success, true);
        run->note("exchange", &cell, desired, 0);
        return true;
    }
    expected = read(*run, cell, age, failure);
    run->note("exchange fails", &cell, expected, age);
    return false;
}

void fence(std::memory_order order, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr || run->is_alone()) return;
    const Inside inside(*run);
    run->step({Kind::fence, nullptr, where, true});
    run->memory().fence(run->self().knowledge, order);
    run->note("fence", nullptr, 0, 0);
}

bool fences_are_asymmetric() noexcept {
    Execution* const run = Execution::of_caller();
    return run != nullptr && run->options().asymmetric_fences;
}

void heavy_fence(const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr || run->is_alone()) return;
    const Inside inside(*run);
    run->step({Kind::fence, nullptr, where, true});
    // Twice: each fence comes before and after those of all others. A thread that has ended has passed one, too.
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < run->thread_count(); ++i) {
            run->memory().fence(run->thread(i).knowledge, std::memory_order_seq_cst);
        }
    }
    run->note("heavy fence", nullptr, 0, 0);
}

bool futex_wait(const Cell& word, std::uint32_t expected, const Deadline* deadline, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr) fail("a wait outside any case never ends", where);
    const Inside inside(*run);
    run->step({Kind::wait, &word, where, true});
    require_sound(*run, word);
    // The kernel's lock orders a wait and a wake of the same word: who waits after a wake sees what was stored before.
    Knowledge& k = run->self().knowledge;
    k.now.join_stores(run->futex_bucket(&word));
    const std::size_t age = run->choose_age(run->memory().readable(word, k, false));
    const std::uint64_t bits = read(*run, word, age, std::memory_order_relaxed);
    if (static_cast<std::uint32_t>(bits) != expected) {
        run->note("wait: changed", &word, bits, age);
        return true;
    }
    if (deadline != nullptr && *deadline <= run->time) {
        run->note("wait: deadline passed before", &word, bits, age);
        return false;
    }
    run->note("wait", &word, bits, age);
    run->block(State::waits_for_word, &word, deadline != nullptr);
    if (!run->self().timed_out) {
        run->note("woken", &word, bits, 0);
        return true;
    }
    run->note(deadline == nullptr ? "wait returns early" : "deadline passes", &word, bits, 0);
    if (deadline == nullptr) return true;
    run->time = *deadline;
    return false;
}

void futex_wake_one(const Cell& word, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr || run->is_alone()) return;
    const Inside inside(*run);
    run->step({Kind::wake, &word, where, true});
    View& bucket = run->futex_bucket(&word);
    bucket.join_stores(run->self().knowledge.now);
    const auto waiting = run->waiting(State::waits_for_word, &word);
    run->note(waiting.empty() ? "wake: nobody waits" : "wake", nullptr, 0, 0);
    if (waiting.empty()) return;
    auto& woken = *waiting[run->choose(waiting.size())];
    run->wake(woken);
    woken.knowledge.now.join_stores(bucket);
    run->changed_something();
}

void yield(const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr || run->is_alone()) return;
    if (!run->self().acted_since_yield) return;  // a longer pause is one pause
    const Inside inside(*run);
    run->self().acted_since_yield = false;
    run->self().yielded = true;
    run->step({Kind::yield, nullptr, where, false});
    run->self().yielded = false;
}

std::size_t start_thread(std::move_only_function<void()> body, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr) fail("a thread is started outside any case", where);
    const Inside inside(*run);
    run->step({Kind::spawn, nullptr, where, true});
    run->note("starts a thread", nullptr, 0, 0);
    return run->spawn(std::move(body));
}

void join_thread(std::size_t thread, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr) fail("a thread is joined outside any case", where);
    const Inside inside(*run);
    auto& other = run->thread(thread);
    run->step({Kind::join, &other, where, true});
    if (other.state != State::ended) run->block(State::waits_for_thread, &other, false);
    run->self().knowledge.now.join(other.knowledge.now);
    run->note("joins", nullptr, 0, 0);
    Execution::drop_body(other);
}

bool is_running() noexcept { return Execution::of_caller() != nullptr; }

bool lock(const void* mutex, bool may_block) noexcept {
    Execution& run = *Execution::of_caller();
    const Inside inside(run);
    run.step({Kind::lock, mutex, Where::current(), false});
    while (run.mutex(mutex).held) {
        if (!may_block) return false;
        run.note("waits for a lock", nullptr, 0, 0);
        run.block(State::waits_for_lock, mutex, false);
    }
    auto& taken = run.mutex(mutex);
    taken.held = true;
    run.self().knowledge.now.join(taken.view);
    run.note("lock", nullptr, 0, 0);
    return true;
}

namespace {
void release_lock(Execution& run, const void* mutex) {
    auto& given = run.mutex(mutex);
    given.held = false;
    given.view = run.self().knowledge.now;
    for (auto* thread : run.waiting(State::waits_for_lock, mutex)) run.wake(*thread);
    run.changed_something();
}
}  // namespace

void unlock(const void* mutex) noexcept {
    Execution& run = *Execution::of_caller();
    const Inside inside(run);
    run.step({Kind::unlock, mutex, Where::current(), false});
    release_lock(run, mutex);
    run.note("unlock", nullptr, 0, 0);
}

bool wait(const void* condition, const void* mutex, const Deadline* deadline) noexcept {
    Execution& run = *Execution::of_caller();
    bool in_time = true;
    {
        const Inside inside(run);
        run.step({Kind::wait, condition, Where::current(), false});
        release_lock(run, mutex);
        run.note("waits for a notice", nullptr, 0, 0);
        if (deadline != nullptr && *deadline <= run.time) {
            in_time = false;
        } else {
            run.block(State::waits_for_notice, condition, deadline != nullptr);
            in_time = !run.self().timed_out;
            if (!in_time) run.time = *deadline;
        }
    }
    lock(mutex, true);
    return in_time;
}

void notify(const void* condition, bool all) noexcept {
    Execution& run = *Execution::of_caller();
    const Inside inside(run);
    run.step({Kind::notify, condition, Where::current(), false});
    const auto waiting = run.waiting(State::waits_for_notice, condition);
    run.note(waiting.empty() ? "notify: nobody waits" : "notify", nullptr, 0, 0);
    if (waiting.empty()) return;
    if (all) {
        for (auto* thread : waiting) run.wake(*thread);
    } else {
        run.wake(*waiting[run.choose(waiting.size())]);
    }
    run.changed_something();
}

Deadline now() noexcept {
    Execution* const run = Execution::of_caller();
    return run == nullptr ? Deadline{} : run->time;
}

void let_time_pass(std::chrono::nanoseconds by) noexcept {
    if (Execution* const run = Execution::of_caller()) run->time += by;
}

void at_thread_exit(void (*destructor)(void*), void* object) noexcept {
    Execution& run = *Execution::of_caller();
    Execution::enter();
    run.self().at_exit.emplace_back(destructor, object);
    Execution::leave();
}

void plain_read(Touches& touches, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr) return;
    if (touches.alive != Touches::mark) fail("a plain value is read that is not there", where);
    const View& now = run->self().knowledge.now;
    if (touches.execution != run->number()) touches = {.execution = run->number()};
    if (!now.knows(touches.writer, touches.written)) {
        fail("a data race: a read, and another thread's write that is not ordered before it", where);
    }
    touches.read[run->running()] = now.clock(run->running());
}

void plain_write(Touches& touches, const Where& where) noexcept {
    Execution* const run = Execution::of_caller();
    if (run == nullptr) return;
    if (touches.alive != Touches::mark) fail("a plain value is written that is not there", where);
    const View& now = run->self().knowledge.now;
    if (touches.execution != run->number()) touches = {.execution = run->number()};
    if (!now.knows(touches.writer, touches.written)) fail("a data race: two writes, neither ordered before", where);
    for (std::size_t thread = 0; thread < most_threads; ++thread) {
        if (!now.knows(thread, touches.read[thread])) {
            fail("a data race: a write, and another thread's read that is not ordered before it", where);
        }
    }
    touches.writer = static_cast<std::uint16_t>(run->running());
    touches.written = now.clock(run->running());
}

void fail(const char* what, const Where& where) noexcept {
    Execution* const run = Execution::current();
    if (run == nullptr) std::terminate();
    Execution::enter();
    run->fail_at(what, where);
}

}  // namespace grainscope::model
