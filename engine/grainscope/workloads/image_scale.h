// Pictures of three bytes a pixel, and how they are made smaller: each pixel of the small one is the mean of the area
// it covers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace grainscope::workloads {

struct ImageSize {
    std::size_t width = 0;
    std::size_t height = 0;
    friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

/// Red, green and blue, row by row without gaps.
struct Image {
    ImageSize size;
    std::vector<unsigned char> rgb;

    Image() = default;
    explicit Image(ImageSize its_size) : size(its_size), rgb(its_size.width * its_size.height * 3) {}
    [[nodiscard]] unsigned char* row(std::size_t y) { return rgb.data() + y * size.width * 3; }
    [[nodiscard]] const unsigned char* row(std::size_t y) const { return rgb.data() + y * size.width * 3; }
    friend bool operator==(const Image&, const Image&) = default;
};

/// The largest size of the same shape that lies inside `box`, at least one pixel wide and high; never larger than
/// `size` itself.
[[nodiscard]] ImageSize fit_inside(ImageSize size, ImageSize box);

/// The mean of each colour, in [0, 255].
[[nodiscard]] std::array<double, 3> mean_colour(const Image& image);

/// The box filter for any ratio: a pixel of the target is the mean of the pixels of the source under it, those at its
/// edge by the share that lies inside. It adds the values as they are stored (sRGB), as most programs do. The source
/// comes row by row, or in parts of rows in any order, and is never held: the sums of the target are.
///
/// Sums are whole numbers, so that the order in which the parts come changes nothing.
class BoxScaler {
  public:
    /// The target is at most as wide and as high as the source, the source at most 2^24 pixels wide.
    BoxScaler(ImageSize source, ImageSize target);

    /// Row y of the source, whole. O(width of the source + width of the target).
    void add_row(std::size_t y, const unsigned char* rgb) noexcept;

    /// The pixels first, first + step, ... of row y, `count` of them, as interlaced pictures hold them.
    void add_pixels(std::size_t y, std::size_t first, std::size_t step, std::size_t count,
                    const unsigned char* rgb) noexcept;

    /// The target, when every pixel of the source was added once.
    [[nodiscard]] Image finish() const;

  private:
    /// What a column of the target covers: a part of pixel `first`, the pixels between, and a part of pixel `last`.
    struct Column {
        std::uint32_t first, last;
        std::uint32_t first_weight, last_weight;
    };
    void add_sums_to_rows(std::size_t y) noexcept;

    ImageSize source_, target_;
    std::vector<Column> columns_;
    std::vector<std::uint32_t> row_;   // of the source, summed by columns of the target
    std::vector<std::uint64_t> sums_;  // of the target, each by its weight: source.width * source.height in all
};

/// `image` in the given size, which is at most as wide and as high.
[[nodiscard]] Image scaled(const Image& image, ImageSize target);

}  // namespace grainscope::workloads
