// Our own engine with more than workers: a runtime's IO and blocking threads, a pool, and threads of the workload's
// own.
#pragma once

#include <memory>
#include <vector>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/brief_rows.h>
#include <grainscope/backends/crew.h>
#include <grainscope/io/runtime.h>
#include <grainscope/runtime/thread_pool.h>

namespace grainscope::backends {

/// Subjects one behind the other: rows of the first, then of the second.
class JoinedSubject final : public trace::Subject {
  public:
    /// The first `rows` rows of the subject, which must outlive this one.
    void add(trace::Subject& subject, std::size_t rows);

    [[nodiscard]] std::size_t worker_count() const override { return rows_.size(); }
    [[nodiscard]] trace::WorkerReading read_worker(std::size_t index, trace::Ticks now) const override;
    void set_trace_level(trace::Level level) override;
    [[nodiscard]] trace::EventRing* ring(std::size_t index) override;

  private:
    struct Row {
        trace::Subject* subject;
        std::size_t index;
    };
    std::vector<trace::Subject*> subjects_;
    std::vector<Row> rows_;
};

/// Has what its crew says and nothing else: whoever asks for another part gets std::logic_error.
class CrewBackend final : public Backend {
  public:
    static constexpr std::string_view backend_name = "grainscope";

    /// threads: what the user calls their number. Throws std::system_error if one cannot be started.
    CrewBackend(const Crew& crew, std::size_t threads);
    [[nodiscard]] std::string_view name() const override { return backend_name; }
    [[nodiscard]] std::size_t threads() const override { return threads_; }
    [[nodiscard]] trace::Subject& subject() override { return subject_; }
    /// Of a worker. An IO thread's is 0, as there is one in most crews; other threads know their own.
    [[nodiscard]] std::size_t worker_index() const noexcept override;

    [[nodiscard]] io::Runtime& runtime();
    [[nodiscard]] ThreadPool& pool();
    /// Rows for the workload's own threads.
    [[nodiscard]] BriefRows& brief_rows();
    [[nodiscard]] const Crew& crew() const noexcept { return crew_; }
    [[nodiscard]] std::size_t first_blocking_row() const noexcept { return crew_.io_threads; }
    [[nodiscard]] std::size_t first_worker_row() const noexcept { return crew_.io_threads + crew_.blocking_threads; }
    [[nodiscard]] std::size_t first_brief_row() const noexcept { return first_worker_row() + crew_.workers; }

  private:
    const Crew crew_;
    const std::size_t threads_;
    std::unique_ptr<io::Runtime> runtime_;
    std::unique_ptr<ThreadPool> pool_;
    std::unique_ptr<BriefRows> brief_rows_;
    JoinedSubject subject_;
};

/// The crew of a backend that was made with one. Throws std::logic_error for another.
[[nodiscard]] CrewBackend& crew_of(Backend& backend);

}  // namespace grainscope::backends
