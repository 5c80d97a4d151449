// What watches the sorts of the workloads: the board, the gate and the cancellation token, in one policy.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include <grainscope/backends/backend.h>
#include <grainscope/platform/clock.h>
#include <grainscope/sort/fork.h>
#include <grainscope/workloads/data_picture.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// A sorting::Observer. Without a board and a gate, two predictable branches a task.
template <class T>
class TaskObserver {
  public:
    /// picture: null if there is no board. All must outlive the observer.
    TaskObserver(const RunContext& context, const DataPicture<T>* picture, const backends::Backend& backend)
        : cancel_(context.cancel), picture_(picture), gate_(context.gate), backend_(backend) {}

    void poll() const { cancel_.throw_if_cancelled(); }

    [[nodiscard]] platform::Ticks begin() const noexcept {
        return gate_ != nullptr && gate_->wants_time() ? platform::ticks() : 0;
    }

    void end(platform::Ticks begun, sorting::Step, const T* values, std::size_t offset, std::size_t count) const {
        if (picture_ != nullptr) {
            picture_->publish(values, offset, count,
                              [this] { return static_cast<std::uint16_t>(backend_.worker_index()); });
        }
        pass_gate(begun);
    }

    /// The same for a sort of handles, which are in order before the elements themselves are.
    template <std::invocable<std::size_t> ElementAt>
    void end(platform::Ticks begun, sorting::Step, const ElementAt& element_at, std::size_t offset,
             std::size_t count) const {
        if (picture_ != nullptr) {
            picture_->publish_heights(
                offset, count, [this] { return static_cast<std::uint16_t>(backend_.worker_index()); },
                [&](std::size_t position) { return picture_->height(element_at(position - offset)); });
        }
        pass_gate(begun);
    }

    /// The same for a task that several threads have done, nobody knows which of them what: it is nobody's.
    void end_by_many(platform::Ticks begun, const T* values, std::size_t offset, std::size_t count) const {
        if (picture_ != nullptr) picture_->publish(values, offset, count, [] { return trace::DataBoard::no_owner; });
        pass_gate(begun);
    }

  private:
    void pass_gate(platform::Ticks begun) const {
        if (gate_ != nullptr) gate_->checkpoint(begun == 0 ? 0 : platform::ticks() - begun, cancel_);
    }

    const CancellationToken& cancel_;
    const DataPicture<T>* picture_;
    Gate* gate_;
    const backends::Backend& backend_;
};

}  // namespace grainscope::workloads
