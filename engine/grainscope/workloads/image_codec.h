// JPEG and PNG in, JPEG and PNG out: libjpeg-turbo and libpng behind four functions.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include <grainscope/runtime/cancellation.h>
#include <grainscope/workloads/image_scale.h>

namespace grainscope::workloads {

/// A picture made small enough, and how large it was; both upright.
struct ReducedImage {
    Image image;
    ImageSize source;
};

/// Pictures of more pixels, or longer on one side, are refused: a small file can claim any size.
inline constexpr std::size_t most_pixels = std::size_t{1} << 29;
inline constexpr std::size_t most_side = 1'000'000;
/// So much of a picture may have to be held at once. Only progressive JPEGs are ever held, as coefficients.
inline constexpr std::size_t most_held_bytes = std::size_t{1} << 29;

/// Decodes a JPEG or a PNG, told apart by how they begin, so that its longer side is at most `longest_side`; smaller
/// ones stay as they are. Rows are scaled as they come: memory grows with a row and the result, not with the picture.
/// Transparent pixels lie on white; an orientation noted by a camera is followed.
///
/// JPEGs are decoded at 1/2, 1/4 or 1/8 of their size, the least that is enough, by the smaller inverse DCT. Pictures
/// that are damaged or cut off give the codec's message; what the codec only warns of does not, unless pixels are
/// missing. Throws Cancelled soon after the token was cancelled.
[[nodiscard]] std::expected<ReducedImage, std::string> decode_to_fit(std::string_view bytes, std::size_t longest_side,
                                                                     const CancellationToken& cancel);

/// quality: 1 to 100, libjpeg's. The sides are at most 65,500 pixels.
[[nodiscard]] std::expected<std::string, std::string> encode_jpeg(const Image& image, int quality);

/// Compressed quickly rather than well.
[[nodiscard]] std::expected<std::string, std::string> encode_png(const Image& image);

namespace detail {

[[nodiscard]] std::expected<ReducedImage, std::string> decode_jpeg(std::string_view bytes, std::size_t longest_side,
                                                                   const CancellationToken& cancel);
[[nodiscard]] std::expected<ReducedImage, std::string> decode_png(std::string_view bytes, std::size_t longest_side,
                                                                  const CancellationToken& cancel);
/// Why a picture of this size is refused, or nothing.
[[nodiscard]] std::string why_too_large(ImageSize size);

}  // namespace detail

}  // namespace grainscope::workloads
