#include <grainscope/io/task_group.h>

#include <cassert>

#include <grainscope/runtime/cancellation.h>

namespace grainscope::io {

using detail::async::Loop;
using detail::async::PromiseBase;
using detail::async::Resumption;
using detail::async::Trampoline;

/// The body, while it waits for a member to end.
class TaskGroup::Room final : public detail::async::ResumedOperation {
  public:
    Room(TaskGroup& group, std::size_t limit) : group_(group), limit_(limit) {}
    void await_resume() {
        end_wait();
        group_.room_ = nullptr;
        throw_if_cancelled();
    }
    void look() {
        if (group_.size() < limit_) resume();
    }

  private:
    bool begin_wait(const std::shared_ptr<Resumption>&) override {
        if (group_.size() < limit_) return false;
        group_.room_ = this;
        return true;
    }
    TaskGroup& group_;
    const std::size_t limit_;
};

TaskGroup::~TaskGroup() { assert(members_.empty()); }

void TaskGroup::start(Task<void> task) {
    const auto coroutine = task.coroutine();
    Member& member = members_.emplace_front(*this, std::move(task));
    member.self = members_.begin();
    coroutine.promise().prepare(scope_, &TaskGroup::finished, &member);
    Trampoline::run(coroutine);
}

std::coroutine_handle<> TaskGroup::finished(void* member, PromiseBase&) noexcept {
    // Later: the task's coroutine is still on its way out.
    Loop::current().post(*static_cast<Member*>(member));
    return nullptr;
}

void TaskGroup::forget(std::list<Member>::iterator member) {
    try {
        std::move(member->task).take();
    } catch (const Cancelled&) {
    } catch (...) {
        if (failed_ == nullptr) failed_ = std::current_exception();
        scope_.cancel();
    }
    members_.erase(member);
    if (room_ != nullptr) room_->look();
    if (members_.empty() && awaiting_) Trampoline::run(std::exchange(awaiting_, nullptr));
}

Task<void> TaskGroup::fewer_than(std::size_t limit) {
    Room room(*this, limit);
    co_await room;
}

}  // namespace grainscope::io
