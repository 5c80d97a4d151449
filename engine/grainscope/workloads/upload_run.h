// One run of taking uploads in: by HTTP, or from a folder; and how the IO thread fared meanwhile.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/backends/crew_backend.h>
#include <grainscope/io/http_server.h>
#include <grainscope/runtime/cancellation.h>
#include <grainscope/workloads/upload_intake.h>

namespace grainscope::workloads {

/// What became of one upload.
struct UploadOutcome {
    std::string name;
    std::chrono::nanoseconds took{};  ///< from the last byte of the request, or the begin of reading, to the commit
    std::size_t plain_bytes = 0;
    UploadIntake::Taken taken;
};

/// For one run, then done with. Everything it refers to outlives it.
class UploadRun {
  public:
    /// Called on the IO thread as each upload ends, with its number by that order and the row that sealed it.
    using Ended = std::function<void(std::size_t index, const UploadOutcome& outcome, std::size_t row)>;

    UploadRun(backends::CrewBackend& crew, UploadStore& store, const SealingKey& key, const IntakeOptions& options,
              Ended ended);

    /// Answers PUT (and POST) of /NAME with 201 when it is durable, while clients(url) runs on the calling thread.
    /// Throws what that throws, and Cancelled, which closes the listener: clients end by themselves then.
    void receive(io::Listener& listener, const std::function<void(const std::string& url)>& clients);
    /// Takes files in, so many at once. A file that cannot be read is an outcome with an error. Throws Cancelled.
    void read(std::span<const std::filesystem::path> files, std::size_t concurrency);
    /// Blocks until so many uploads have ended. Any thread but the IO thread. Throws Cancelled.
    void wait_for(std::size_t uploads);

    /// After the run: in the order of their ends.
    [[nodiscard]] const std::vector<UploadOutcome>& outcomes() const { return outcomes_; }
    [[nodiscard]] std::size_t commits() const { return intake_.commits(); }
    /// How much later than it should the IO thread came to a task that asked for it every millisecond.
    [[nodiscard]] const std::vector<std::chrono::nanoseconds>& io_delays() const { return io_delays_; }

  private:
    [[nodiscard]] io::Task<io::Response> answer(io::ServerRequest request);
    [[nodiscard]] io::Task<UploadOutcome> take(std::string name, std::string bytes,
                                               std::chrono::steady_clock::time_point begun);
    [[nodiscard]] io::Task<> read_one_after_the_other(std::span<const std::filesystem::path> files, std::size_t& next);
    [[nodiscard]] io::Task<> read_side_by_side(std::span<const std::filesystem::path> files, std::size_t concurrency);
    [[nodiscard]] io::Task<> watch_io_thread();
    void keep(UploadOutcome outcome);

    backends::CrewBackend& crew_;
    const CancellationToken cancel_;
    UploadIntake intake_;
    Ended ended_;
    std::vector<UploadOutcome> outcomes_;  ///< the IO thread's, while it runs, as the next
    std::vector<std::chrono::nanoseconds> io_delays_;
    std::mutex mutex_;
    std::condition_variable one_ended_;
    std::size_t count_ = 0;  ///< of outcomes; under the mutex
};

/// The name that a request's target asks for: "/a%20b?x=1" is "a b". None if it has none, or is not well written.
[[nodiscard]] std::optional<std::string> name_of_target(std::string_view target);

}  // namespace grainscope::workloads
