// What becomes of an upload: checksum, compression, encryption, and a commit that it shares with others.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <grainscope/io/task.h>
#include <grainscope/io/turnstile.h>
#include <grainscope/runtime/cancellation.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/seal.h>
#include <grainscope/workloads/upload_store.h>

namespace grainscope::workloads {

/// How uploads are taken in.
struct IntakeOptions {
    int level = 3;            ///< of zstd
    bool offload = true;      ///< seal on blocking threads; else on the IO thread, which serves nobody meanwhile
    std::size_t sealers = 1;  ///< that seal at once
    std::size_t most_in_a_batch = 64;
    Gate* gate = nullptr;  ///< that sealing passes; null: none
    CancellationToken cancel;
};

/// Calls on blocking threads that are under way: one that has begun runs on when the task that waits for it is
/// cancelled, and what it uses must outlive it. Any thread.
class CallsUnderWay {
  public:
    class One {
      public:
        explicit One(CallsUnderWay& calls);
        One(One&& other) noexcept : calls_(std::exchange(other.calls_, nullptr)) {}
        One& operator=(One&&) = delete;
        ~One();

      private:
        CallsUnderWay* calls_;
    };
    void wait_for_their_end();

  private:
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t count_ = 0;
};

/// Takes items from tasks of one IO thread. Those that come while a commit is under way share the next one: its sync
/// costs the same for one as for many. The store and the key outlive it.
class UploadIntake {
  public:
    UploadIntake(UploadStore& store, const SealingKey& key, const IntakeOptions& options);
    UploadIntake(const UploadIntake&) = delete;
    UploadIntake& operator=(const UploadIntake&) = delete;
    ~UploadIntake() { wait_for_calls(); }
    /// After the tasks that take items have ended: until nothing of theirs runs any more, and the store is at rest. Not
    /// on the IO thread.
    void wait_for_calls() { calls_.wait_for_their_end(); }

    /// How it went: durable unless there is an error.
    struct Taken {
        std::optional<std::string> error;
        Checksum checksum{};
        std::size_t sealed_bytes = 0;
        std::optional<std::size_t> blocking_thread;  ///< that sealed it; none: the IO thread
    };
    [[nodiscard]] io::Task<Taken> take(std::string name, std::string bytes);

    /// Commits so far.
    [[nodiscard]] std::size_t commits() const { return commits_; }

  private:
    struct Batch;
    struct SealedItem {
        StoredItem item;
        std::optional<std::size_t> blocking_thread;
    };
    [[nodiscard]] SealedItem seal_item(std::string name, const std::string& bytes) const;
    [[nodiscard]] io::Task<std::optional<std::string>> commit(StoredItem item);
    [[nodiscard]] io::Task<> write(std::shared_ptr<Batch> batch);

    UploadStore& store_;
    const SealingKey& key_;
    const IntakeOptions options_;
    grainscope::detail::async::Turnstile sealing_;
    grainscope::detail::async::Turnstile writing_{1};
    std::shared_ptr<Batch> open_;  ///< that the next item joins; null: it begins one
    std::size_t commits_ = 0;
    CallsUnderWay calls_;
};

}  // namespace grainscope::workloads
