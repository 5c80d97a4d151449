// Who sends the made-up uploads: clients in a process of their own, as many at once as the plan says.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <string>

#include <grainscope/platform/child_process.h>
#include <grainscope/workloads/upload_plan.h>

namespace grainscope::workloads {

/// Runs as long as the object. Its own process, so that making and sending is no work of those who receive.
class Uploader {
  public:
    /// The error is one line.
    [[nodiscard]] static std::expected<Uploader, std::string> start();

    /// How one upload ended: without an error, it was acknowledged.
    using Sent = std::function<void(std::size_t item, std::chrono::nanoseconds took, std::string error)>;

    /// Makes the uploads of the plan ready to be sent. What takes time besides sending is done here.
    [[nodiscard]] std::expected<void, std::string> prepare(const UploadPlan& plan);
    /// Sends them all to "URL/NAME" by PUT, tells of each as it ends, and returns when all have ended.
    [[nodiscard]] std::expected<void, std::string> send(const std::string& url, const Sent& sent);

  private:
    explicit Uploader(platform::ChildProcess process) : process_(std::move(process)) {}
    [[nodiscard]] std::expected<std::string, std::string> reply();

    platform::ChildProcess process_;
};

}  // namespace grainscope::workloads
