// Which way up a camera was held, and the turn that puts its picture upright.
#pragma once

#include <string_view>

#include <grainscope/workloads/image_scale.h>

namespace grainscope::workloads {

/// The orientation that an Exif block names (a TIFF header and its directory; Exif 2.32, section 4.6.4): 1 to 8, 1
/// being upright. 1 also where it names none or makes no sense.
[[nodiscard]] int exif_orientation(std::string_view tiff);

/// Whether the turn swaps width and height.
[[nodiscard]] constexpr bool swaps_sides(int orientation) noexcept { return orientation >= 5; }

/// The picture put upright.
[[nodiscard]] Image upright(Image image, int orientation);

}  // namespace grainscope::workloads
