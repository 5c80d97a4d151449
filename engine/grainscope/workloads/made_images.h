// Pictures made from a seed: something to look at where the user has none at hand.
#pragma once

#include <cstddef>
#include <cstdint>

#include <grainscope/workloads/image_scale.h>

namespace grainscope::workloads {

/// The index-th picture of the seed: discs of all colours before a sky that fades from one colour to another, under
/// grain as of a film, fine on some pictures and coarse on others. The same for the same arguments; about 5 ns a pixel.
[[nodiscard]] Image make_image(std::uint64_t seed, std::uint64_t index, ImageSize size);

}  // namespace grainscope::workloads
