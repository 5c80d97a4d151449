#include "model/execution.h"

#include <cstring>
#include <exception>
#include <utility>

namespace grainscope::model {
namespace {

constexpr std::size_t stack_bytes = std::size_t{256} << 10;
/// Rounds in which every thread looked and found nothing new.
constexpr int most_fruitless_rounds = 200;

const char* file_of(const Where& where) {
    const char* const slash = std::strrchr(where.file_name(), '/');
    return slash == nullptr ? where.file_name() : slash + 1;
}

std::string name_of(std::size_t thread) {
    std::string name = "T";
    name += std::to_string(thread);
    return name;
}

std::string place_of(const Where& where) {
    std::string place = file_of(where);
    place += ':';
    place += std::to_string(where.line());
    return place;
}

bool writes(Execution::Kind kind) { return kind != Execution::Kind::load; }
bool concerns_all(Execution::Kind kind) {
    return kind == Execution::Kind::fence || kind == Execution::Kind::yield || kind == Execution::Kind::lock ||
           kind == Execution::Kind::unlock || kind == Execution::Kind::notify || kind == Execution::Kind::spawn ||
           kind == Execution::Kind::join;
}

/// Whether two steps of different threads lead to the same in either order.
bool independent(const Execution::Step& a, const Execution::Step& b) {
    if (concerns_all(a.kind) || concerns_all(b.kind)) return false;
    if (a.kind == Execution::Kind::wait && b.kind == Execution::Kind::wait) return false;  // one clock for deadlines
    if (a.object != b.object) return true;
    return !writes(a.kind) && !writes(b.kind) && !(a.is_seq_cst && b.is_seq_cst);
}

}  // namespace

Execution* Execution::current_ = nullptr;
bool Execution::inside_ = true;

Execution::Execution() : threads_(most_threads) {}

Execution::End Execution::run(const Case& body, const Options& options, Choices& choices, bool traces, bool rehearses) {
    options_ = options;
    choices_ = &choices;
    body_ = &body;
    traces_ = traces;
    rehearses_ = rehearses;
    ++number_;
    steps_ = 0;
    preemptions_ = deviations_ = early_returns_ = fruitless_ = 0;
    asleep_ = 0;
    alone_ = true;
    starter_ = nobody;
    time = Deadline{};
    end_ = End::passed;
    failure_.clear();
    trace_.clear();
    mutexes_.clear();
    buckets_.clear();
    pointers_.clear();
    choices.rewind();
    memory_.begin(number_);
    heap::begin();

    Execution* const outer = current_;
    current_ = this;
    count_ = 1;
    for (Thread& thread : threads_) thread.knowledge = Knowledge();
    running_ = 0;
    Thread& first = threads_[0];
    if (!first.fibre) first.fibre = std::make_unique<Fibre>(stack_bytes);
    first.fibre->reset(&Execution::thread_body);
    first.knowledge.now.clock(0) = 1;
    first.state = Thread::State::ready;
    first.at_exit.clear();
    host_.switch_to(*first.fibre);
    current_ = outer;
    inside_ = true;

    memory_.end();
    const std::size_t leaked = heap::end(rehearses && end_ == End::passed);
    if (end_ == End::passed && leaked > options.keeps_blocks && !rehearses) {
        failure_ = std::to_string(leaked) + " blocks of memory were never freed";
        end_ = End::failed;
    }
    if (choices.diverged()) {
        failure_ = "the case does not do the same when it is repeated: something outlives the execution";
        end_ = End::failed;
    }
    return end_;
}

void Execution::thread_body() {
    Execution& run = *current_;
    try {
        run.thread_main();
    } catch (const std::exception& error) {
        enter();
        run.fail(std::string("a thread ended with an exception: ") + error.what());
    } catch (...) {
        enter();
        run.fail("a thread ended with an exception");
    }
}

void Execution::thread_main() {
    if (running_ == 0) {
        first_thread();
        stop(End::passed);
    }
    leave();
    (*self().body)();
    run_exits();
    enter();
    end_thread();
}

/// A thread's thread-locals end in the reverse of the order in which they began.
void Execution::run_exits() {
    for (auto& exits = self().at_exit; !exits.empty();) {
        const auto [destructor, object] = exits.back();
        exits.pop_back();
        destructor(object);
    }
}

void Execution::first_thread() {
    Scenario scenario;
    scenario_ = &scenario;
    leave();
    (*body_)(scenario);
    enter();
    alone_ = false;
    for (auto& body : scenario.threads_) (void)spawn(std::move(body));
    self().state = Thread::State::joins;
    pass_on();
    for (std::size_t i = 1; i < count_; ++i) self().knowledge.now.join(threads_[i].knowledge.now);
    ++self().knowledge.now.clock(0);
    alone_ = true;
    leave();
    for (auto& check : scenario.checks_) check();
    scenario.checks_.clear();
    scenario.threads_.clear();
    for (std::size_t i = 1; i < count_; ++i) drop_body(threads_[i]);
    leave();
    run_exits();
    scenario.checks_.shrink_to_fit();
    scenario.threads_.shrink_to_fit();
    enter();
}

void Execution::end_thread() {
    self().state = Thread::State::ended;
    ++self().knowledge.now.clock(running_);
    changed_something();
    for (Thread* thread : waiting(Thread::State::waits_for_thread, &self())) wake(*thread);
    if (starter_ != nobody) {
        switch_to(std::exchange(starter_, nobody));
    } else {
        pass_on();
    }
}

std::size_t Execution::spawn(std::move_only_function<void()> body) {
    if (count_ == most_threads) fail("more threads than the model has room for");
    const std::size_t number = count_++;
    Thread& thread = threads_[number];
    if (!thread.fibre) thread.fibre = std::make_unique<Fibre>(stack_bytes);
    thread.fibre->reset(&Execution::thread_body);
    thread.knowledge = Knowledge();
    thread.knowledge.now = self().knowledge.now;
    thread.knowledge.now.clock(number) = 1;
    thread.state = Thread::State::ready;
    thread.yielded = false;
    thread.acted_since_yield = true;
    leave();
    thread.body = new std::move_only_function<void()>(std::move(body));
    enter();
    thread.at_exit.clear();
    ++self().knowledge.now.clock(running_);
    starter_ = running_;
    switch_to(number);
    return number;
}

void Execution::drop_body(Thread& thread) {
    leave();
    delete std::exchange(thread.body, nullptr);
    enter();
}

void Execution::switch_to(std::size_t thread) {
    Fibre& from = *self().fibre;
    running_ = thread;
    from.switch_to(*threads_[thread].fibre);
}

void Execution::stop(End end) {
    end_ = end;
    Fibre& from = *self().fibre;
    for (;;) from.switch_to(host_);
}

void Execution::fail(std::string what) {
    failure_.swap(what);
    std::string().swap(what);  // this stack is never unwound
    if (traces_) trace_ += name_of(running_) + "  fails: " + failure_ + '\n';
    stop(End::failed);
}

void Execution::fail_at(const char* what, const Where& where) {
    std::string text = what;
    text.append(" (").append(place_of(where)).append(")");
    fail(std::move(text));
}

void Execution::step(const Step& step) {
    Thread& thread = self();
    thread.next = step;
    if (++steps_ > options_.most_steps) fail("no end after " + std::to_string(options_.most_steps) + " steps");
    if (running_ == 0) return;
    if (step.kind != Kind::yield) thread.acted_since_yield = true;
    if (starter_ != nobody) {
        switch_to(std::exchange(starter_, nobody));
    } else {
        pass_on();
    }
}

bool Execution::is_enabled(std::size_t index) const noexcept {
    const Thread& thread = threads_[index];
    switch (thread.state) {
        case Thread::State::ready:
            return true;
        case Thread::State::ended:
        case Thread::State::waits_for_thread:
        case Thread::State::waits_for_lock:
            return false;
        case Thread::State::waits_for_notice:
            return thread.can_time_out;
        case Thread::State::waits_for_word:
            return thread.can_time_out || early_returns_ < options_.early_returns;
        case Thread::State::joins:
            break;
    }
    for (std::size_t i = 1; i < count_; ++i) {
        if (threads_[i].state != Thread::State::ended) return false;
    }
    return true;
}

std::vector<std::size_t>& Execution::candidates() {
    candidates_.clear();
    const bool can_go_on = is_enabled(running_) && self().state == Thread::State::ready && !self().yielded;
    if (can_go_on) candidates_.push_back(running_);
    if (can_go_on && options_.preemptions != any_number && preemptions_ >= options_.preemptions) return candidates_;
    // Who can run comes before who could only stop waiting.
    for (const bool ready : {true, false}) {
        for (std::size_t i = 0; i < count_; ++i) {
            if (i == running_ && can_go_on) continue;
            if (is_enabled(i) && !threads_[i].yielded && (threads_[i].state == Thread::State::ready) == ready) {
                candidates_.push_back(i);
            }
        }
    }
    return candidates_;
}

void Execution::pass_on() {
    std::vector<std::size_t>* from = &candidates();
    if (from->empty()) {
        // All that could run are looking for a change that nobody is left to make, unless it is a value they missed.
        // The one that has just looked goes last.
        const bool self_looked = self().yielded;
        bool any = false;
        for (std::size_t i = 0; i < count_; ++i) {
            if (i == running_ || !threads_[i].yielded) continue;
            any = true;
            threads_[i].yielded = false;
        }
        if (!any && !self_looked) report_deadlock();
        if (!any) self().yielded = false;
        if (++fruitless_ > most_fruitless_rounds) fail("livelock: every thread waits for a change that never comes");
        from = &candidates();
    }
    const bool could_go_on = from->front() == running_ && self().state == Thread::State::ready;
    const std::size_t next = choose_awake(*from);
    if (could_go_on && next != running_) ++preemptions_;
    Thread& chosen = threads_[next];
    if (chosen.state != Thread::State::ready && chosen.state != Thread::State::joins) {
        chosen.timed_out = true;
        if (!chosen.can_time_out) ++early_returns_;
        chosen.state = Thread::State::ready;
    }
    if (next != running_) switch_to(next);
}

std::size_t Execution::choose_awake(const std::vector<std::size_t>& from) {
    if (options_.preemptions != any_number) return from[choose(from.size())];
    awake_.clear();
    for (const std::size_t thread : from) {
        if ((asleep_ >> thread & 1U) == 0) awake_.push_back(thread);
    }
    if (awake_.empty()) stop(End::pruned);
    const std::size_t taken = choose(awake_.size());
    for (std::size_t i = 0; i < taken; ++i) asleep_ |= 1U << awake_[i];
    const Step& step = threads_[awake_[taken]].next;
    for (std::size_t i = 0; i < count_; ++i) {
        if (!independent(threads_[i].next, step)) asleep_ &= ~(1U << i);
    }
    return awake_[taken];
}

void Execution::changed_something() noexcept {
    fruitless_ = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        if (i != running_) threads_[i].yielded = false;
    }
}

std::size_t Execution::choose(std::size_t count) {
    if (choices_->diverged()) stop(End::failed);
    return choices_->choose(count);
}

std::size_t Execution::choose_age(std::size_t readable) {
    if (readable < 2 || !deviations_left()) return 0;
    const std::size_t age = choose(readable);
    if (age > 0) ++deviations_;
    return age;
}

bool Execution::spend_deviation() noexcept {
    if (!deviations_left() || choose(2) == 0) return false;
    ++deviations_;
    return true;
}

void Execution::block(Thread::State state, const void* object, bool can_time_out) {
    Thread& thread = self();
    if (running_ == 0) fail("the case blocks outside its threads");
    thread.state = state;
    thread.waits_on = object;
    thread.can_time_out = can_time_out;
    thread.timed_out = false;
    pass_on();
}

void Execution::wake(Thread& thread) noexcept { thread.state = Thread::State::ready; }

std::vector<Execution::Thread*> Execution::waiting(Thread::State state, const void* object) {
    std::vector<Thread*> found;
    for (std::size_t i = 0; i < count_; ++i) {
        if (threads_[i].state == state && threads_[i].waits_on == object) found.push_back(&threads_[i]);
    }
    return found;
}

Execution::Mutex& Execution::mutex(const void* address) {
    for (Mutex& mutex : mutexes_) {
        if (mutex.address == address) return mutex;
    }
    return mutexes_.emplace_back(Mutex{.address = address});
}

View& Execution::futex_bucket(const void* address) {
    for (auto& [word, view] : buckets_) {
        if (word == address) return view;
    }
    return buckets_.emplace_back(address, View()).second;
}

void Execution::report_deadlock() {
    std::string what = "deadlock:";
    for (std::size_t i = 1; i < count_; ++i) {
        if (threads_[i].state == Thread::State::ended) continue;
        what += ' ' + name_of(i) + " waits ";
        switch (threads_[i].state) {
            case Thread::State::waits_for_lock:
                what += "for a lock;";
                break;
            case Thread::State::waits_for_notice:
                what += "for a notice;";
                break;
            default:
                what += "at " + place_of(threads_[i].next.where) + ';';
        }
    }
    what.back() = '.';
    fail(std::move(what));
}

std::string Execution::value_of(std::uint64_t bits) {
    constexpr std::uint64_t below_pointers = std::uint64_t{1} << 40;
    constexpr std::uint64_t above_pointers = std::uint64_t{1} << 48;
    if (bits < below_pointers || bits >= above_pointers) return std::to_string(static_cast<std::int64_t>(bits));
    std::size_t number = 0;
    while (number < pointers_.size() && pointers_[number] != bits) ++number;
    if (number == pointers_.size()) pointers_.push_back(bits);
    std::string name = "p";
    name += std::to_string(number + 1);
    return name;
}

void Execution::note(const char* verb, const Cell* cell, std::uint64_t bits, std::size_t age) {
    if (!traces_) return;
    trace_ += name_of(running_) + "  " + place_of(self().next.where) + "  " + verb;
    if (cell != nullptr) {
        trace_ += " a";
        trace_ += std::to_string(cell->location);
        trace_ += " = ";
        trace_ += value_of(bits);
    }
    if (age > 0) trace_.append("  (").append(std::to_string(age)).append(" stores old)");
    trace_ += '\n';
}

}  // namespace grainscope::model
