// One execution of a case: its threads as fibres, one step at a time, in the order that the choices say.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/choices.h"
#include "model/fibre.h"
#include "model/hooks.h"
#include "model/memory.h"

namespace grainscope::model {

inline constexpr int any_number = -1;

/// How far a case is explored.
struct Options {
    /// How often a thread that could go on is interrupted (Musuvathi, Qadeer: "Iterative Context Bounding for
    /// Systematic Testing of Multithreaded Programs", PLDI 2007). `any_number`: every order of dependent steps, each
    /// once (sleep sets; Godefroid: "Partial-Order Methods for the Verification of Concurrent Systems", 1996).
    int preemptions = 2;
    /// How often a load finds another value than the newest, or a weak exchange fails for no reason.
    int stale_reads = 1;
    /// How often a futex wait returns although nobody woke it.
    int early_returns = 0;
    /// Whether light_fence and heavy_fence are a compiler barrier and membarrier, or nothing and nothing.
    bool asymmetric_fences = false;
    /// How many blocks of memory an execution may leave behind: what the code under test keeps for ever.
    std::size_t keeps_blocks = 0;
    std::uint64_t most_schedules = 3'000'000;
    /// An execution with more steps than this is taken for one that never ends.
    std::uint32_t most_steps = 3000;
};

/// What a case is made of. Everything it shares is made inside the case, anew for each execution.
class Scenario {
  public:
    /// A thread beside the others. They begin together when the case's function has returned.
    void thread(std::move_only_function<void()> body) { threads_.push_back(std::move(body)); }
    /// Runs when all threads have ended, and sees all they did.
    void at_end(std::move_only_function<void()> check) { checks_.push_back(std::move(check)); }

  private:
    friend class Execution;
    std::vector<std::move_only_function<void()>> threads_;
    std::vector<std::move_only_function<void()>> checks_;
};

using Case = std::function<void(Scenario&)>;

class Execution {
  public:
    Execution();

    enum class End : std::uint8_t {
        passed,
        failed,
        pruned,  ///< came to where another execution has been
    };
    End run(const Case& body, const Options& options, Choices& choices, bool traces, bool rehearses);

    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
    [[nodiscard]] const std::string& trace() const noexcept { return trace_; }
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

    // -- for the hooks ------------------------------------------------------------------------------------------------

    /// The execution that the caller's code belongs to, or null: outside of any, or inside the model itself.
    [[nodiscard]] static Execution* of_caller() noexcept { return inside_ ? nullptr : current_; }
    [[nodiscard]] static Execution* current() noexcept { return current_; }
    /// Everything between is the model's own doing.
    static void enter() noexcept { inside_ = true; }
    static void leave() noexcept { inside_ = false; }

    enum class Kind : std::uint8_t { load, store, update, fence, wait, wake, spawn, join, yield, lock, unlock, notify };
    struct Step {
        Kind kind = Kind::yield;
        const void* object = nullptr;
        Where where;
        bool is_seq_cst = false;
    };
    struct Thread {
        enum class State : std::uint8_t {
            ready,
            waits_for_word,
            waits_for_lock,
            waits_for_notice,
            waits_for_thread,
            joins,
            ended
        };
        std::unique_ptr<Fibre> fibre;
        Knowledge knowledge;
        Step next;
        State state = State::ended;
        bool yielded = false;
        bool acted_since_yield = true;
        bool can_time_out = false;
        bool timed_out = false;
        const void* waits_on = nullptr;
        std::move_only_function<void()>* body = nullptr;  ///< in the case's memory; lives until it is joined
        std::vector<std::pair<void (*)(void*), void*>> at_exit;
    };

    /// Where another thread may come first.
    void step(const Step& step);
    /// Begins one more thread, up to its first step. Returns its number.
    std::size_t spawn(std::move_only_function<void()> body);
    /// Destroys what the thread ran, by whoever knows that it has ended.
    static void drop_body(Thread& thread);
    /// The running thread cannot go on, or need not: another one does.
    void pass_on();
    /// Ends what step() began.
    void finish_step() noexcept { ++self().knowledge.now.clock(running_); }
    /// Others may have waited for this.
    void changed_something() noexcept;

    [[nodiscard]] Thread& self() noexcept { return threads_[running_]; }
    [[nodiscard]] std::size_t running() const noexcept { return running_; }
    [[nodiscard]] Thread& thread(std::size_t number) noexcept { return threads_[number]; }
    [[nodiscard]] std::size_t thread_count() const noexcept { return count_; }
    [[nodiscard]] Memory& memory() noexcept { return memory_; }
    [[nodiscard]] const Options& options() const noexcept { return options_; }
    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
    /// Before the threads begin there is one order only.
    [[nodiscard]] bool is_alone() const noexcept { return alone_; }

    [[nodiscard]] std::size_t choose(std::size_t count);
    /// An age below `readable`; older than 0 only while the bound on stale reads allows.
    [[nodiscard]] std::size_t choose_age(std::size_t readable);
    [[nodiscard]] bool spend_deviation() noexcept;
    [[nodiscard]] bool deviations_left() const noexcept { return deviations_ < options_.stale_reads; }
    void block(Thread::State state, const void* object, bool can_time_out);
    void wake(Thread& thread) noexcept;
    /// The threads that wait so, on that object.
    [[nodiscard]] std::vector<Thread*> waiting(Thread::State state, const void* object);

    Deadline time{};
    struct Mutex {
        const void* address = nullptr;
        bool held = false;
        View view;
    };
    [[nodiscard]] Mutex& mutex(const void* address);
    [[nodiscard]] View& futex_bucket(const void* address);

    void note(const char* verb, const Cell* cell, std::uint64_t bits, std::size_t age);
    [[noreturn]] void fail(std::string what);
    [[noreturn]] void fail_at(const char* what, const Where& where);

  private:
    static void thread_body();
    void thread_main();
    void first_thread();
    void run_exits();
    void end_thread();
    void switch_to(std::size_t thread);
    [[nodiscard]] bool is_enabled(std::size_t thread) const noexcept;
    [[nodiscard]] std::vector<std::size_t>& candidates();
    [[nodiscard]] std::size_t choose_awake(const std::vector<std::size_t>& from);
    [[noreturn]] void report_deadlock();
    /// A number, or the same name for the same pointer wherever this execution's memory lies.
    [[nodiscard]] std::string value_of(std::uint64_t bits);
    [[noreturn]] void stop(End end);

    static Execution* current_;
    static bool inside_;

    Options options_;
    Choices* choices_ = nullptr;
    const Case* body_ = nullptr;
    Scenario* scenario_ = nullptr;
    bool traces_ = false;
    bool rehearses_ = false;

    Fibre host_;
    std::vector<Thread> threads_;
    static constexpr std::size_t nobody = most_threads;
    std::size_t count_ = 0;
    std::size_t running_ = 0;
    bool alone_ = true;
    std::size_t starter_ = nobody;  ///< waits for a new thread to come to its first step
    Memory memory_;
    std::vector<Mutex> mutexes_;
    std::vector<std::pair<const void*, View>> buckets_;
    std::vector<std::size_t> candidates_;
    std::vector<std::size_t> awake_;
    std::vector<std::uint64_t> pointers_;
    std::uint32_t number_ = 0;
    std::uint64_t steps_ = 0;
    int preemptions_ = 0;
    int deviations_ = 0;
    int early_returns_ = 0;
    int fruitless_ = 0;
    std::uint32_t asleep_ = 0;  ///< threads whose next step was tried before, and nothing since depends on it
    End end_ = End::passed;
    std::string failure_;
    std::string trace_;
};

/// The allocations of an execution: freed memory is kept until its end, so that what is used too late is found.
namespace heap {
void begin() noexcept;
/// Frees all that is left. Returns how many blocks nobody had freed.
[[nodiscard]] std::size_t end(bool keep) noexcept;
}  // namespace heap

}  // namespace grainscope::model
