// The made-up uploads: what each is called and what it holds. Who sends them and who compares them make the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grainscope::workloads {

struct UploadPlan {
    std::size_t count = 0;
    std::size_t size = 0;         ///< bytes of each
    std::size_t concurrency = 1;  ///< on the way at once
    std::uint64_t seed = 1;
    friend bool operator==(const UploadPlan&, const UploadPlan&) = default;

    /// One line, and back; none for another line.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<UploadPlan> from(std::string_view text);

    /// Words, half of which come again soon: zstd makes about a third of it. 2 ns a byte.
    [[nodiscard]] std::string bytes_of(std::size_t item) const;
};

/// "upload-000017", and back.
[[nodiscard]] std::string upload_name(std::size_t item);
[[nodiscard]] std::optional<std::size_t> upload_of(std::string_view name);

}  // namespace grainscope::workloads
