// The HTTP server of the made-up downloads, in a process of its own on loopback.
#pragma once

#include <expected>
#include <string>

#include <grainscope/platform/child_process.h>
#include <grainscope/workloads/item_plan.h>

namespace grainscope::workloads {

/// Runs as long as the object. Its own process, so that its time and memory are nobody else's.
class ItemServer {
  public:
    /// The error is one line.
    [[nodiscard]] static std::expected<ItemServer, std::string> start(const ItemPlan& plan);

    /// Answers by another plan from now on. The error says that the server ended, and how.
    [[nodiscard]] std::expected<void, std::string> follow(const ItemPlan& plan);
    /// "http://127.0.0.1:40123"
    [[nodiscard]] const std::string& url() const { return url_; }

  private:
    ItemServer(platform::ChildProcess process, std::string url) : process_(std::move(process)), url_(std::move(url)) {}

    platform::ChildProcess process_;
    std::string url_;
};

}  // namespace grainscope::workloads
