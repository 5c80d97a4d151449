#include <grainscope/workloads/image_codec.h>

#include <fmt/format.h>

namespace grainscope::workloads {

std::expected<ReducedImage, std::string> decode_to_fit(std::string_view bytes, std::size_t longest_side,
                                                       const CancellationToken& cancel) {
    using namespace std::string_view_literals;
    if (bytes.empty()) return std::unexpected("is empty");
    if (bytes.starts_with("\xff\xd8\xff"sv)) return detail::decode_jpeg(bytes, longest_side, cancel);
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return detail::decode_png(bytes, longest_side, cancel);
    return std::unexpected("is neither a JPEG nor a PNG");
}

std::string detail::why_too_large(ImageSize size) {
    if (size.width <= most_side && size.height <= most_side && size.width * size.height <= most_pixels) return {};
    return fmt::format("claims to have {} x {} pixels; at most {} on a side and {} in all are decoded", size.width,
                       size.height, most_side, most_pixels);
}

}  // namespace grainscope::workloads
