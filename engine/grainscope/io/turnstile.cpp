#include <grainscope/io/turnstile.h>

#include <grainscope/io/resumption.h>

namespace grainscope::detail::async {

/// One who waits. It lies in the waiting coroutine.
class Turnstile::Turn final : public ResumedOperation {
  public:
    explicit Turn(Turnstile& turnstile) noexcept : turnstile_(turnstile) {}

    [[nodiscard]] Permit await_resume() {
        end_wait();
        if (has_waited() && !has_permit_) turnstile_.waiting_.remove(this);
        Permit permit = has_permit_ ? Permit(turnstile_) : Permit();
        throw_if_cancelled();
        return permit;
    }
    void grant() {
        has_permit_ = true;
        resume();
    }

  private:
    bool begin_wait(const std::shared_ptr<Resumption>&) override {
        has_permit_ = turnstile_.inside_ < turnstile_.limit_;
        if (has_permit_)
            ++turnstile_.inside_;
        else
            turnstile_.waiting_.push_back(this);
        return !has_permit_;
    }

    Turnstile& turnstile_;
    bool has_permit_ = false;
};

grainscope::io::Task<Turnstile::Permit> Turnstile::permit() {
    Turn turn(*this);
    co_return co_await turn;
}

void Turnstile::give_back() noexcept {
    if (waiting_.empty()) {
        --inside_;
        return;
    }
    Turn* const next = waiting_.front();
    waiting_.pop_front();
    next->grant();
}

}  // namespace grainscope::detail::async
