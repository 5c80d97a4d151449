// What can be cancelled together: the operations that a group of tasks waits for.
#pragma once

namespace grainscope::detail::async {

class Scope;

/// Something a task waits for. Its owner links it while it lasts; all on the thread of its loop.
class Operation {
  public:
    Operation() = default;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;

    /// Asks it to end soon. It ends through its loop, never within this call.
    virtual void cancel() noexcept = 0;

  protected:
    ~Operation() = default;

  private:
    friend class Scope;
    Operation* previous_ = nullptr;
    Operation* next_ = nullptr;
};

/// A group of operations. Once cancelled it stays so: whatever its tasks wait for ends, and whatever they try to wait
/// for afterwards ends at once, both by the exception Cancelled. Only the thread of its loop uses it.
class Scope {
  public:
    Scope() = default;
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    [[nodiscard]] bool is_cancelled() const noexcept { return cancelled_; }

    void add(Operation& operation) noexcept {
        operation.previous_ = nullptr;
        operation.next_ = first_;
        if (first_ != nullptr) first_->previous_ = &operation;
        first_ = &operation;
    }
    void remove(Operation& operation) noexcept {
        (operation.previous_ != nullptr ? operation.previous_->next_ : first_) = operation.next_;
        if (operation.next_ != nullptr) operation.next_->previous_ = operation.previous_;
    }
    void cancel() noexcept {
        if (cancelled_) return;
        cancelled_ = true;
        for (Operation* operation = first_; operation != nullptr; operation = operation->next_) operation->cancel();
    }

  private:
    Operation* first_ = nullptr;
    bool cancelled_ = false;
};

/// A scope within another one: cancelled with it, or alone.
class InnerScope final : public Scope {
  public:
    explicit InnerScope(Scope& outer) noexcept : outer_(outer), link_(*this) {
        outer_.add(link_);
        if (outer_.is_cancelled()) cancel();
    }
    ~InnerScope() { outer_.remove(link_); }

  private:
    class Link final : public Operation {
      public:
        explicit Link(Scope& inner) noexcept : inner_(inner) {}
        void cancel() noexcept override { inner_.cancel(); }

      private:
        Scope& inner_;
    };
    Scope& outer_;
    Link link_;
};

}  // namespace grainscope::detail::async
