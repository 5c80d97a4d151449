#include <grainscope/workloads/image_orientation.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace grainscope::workloads {

namespace {

/// Numbers of either byte order; 0 behind the end.
class TiffBytes {
  public:
    explicit TiffBytes(std::string_view bytes) : bytes_(bytes), is_big_(bytes.starts_with("MM")) {}
    [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t size) const {
        if (at > bytes_.size() || bytes_.size() - at < size) return 0;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const auto byte = static_cast<unsigned char>(bytes_[at + (is_big_ ? i : size - 1 - i)]);
            value = value << 8 | byte;
        }
        return value;
    }

  private:
    std::string_view bytes_;
    bool is_big_;
};

}  // namespace

int exif_orientation(std::string_view tiff) {
    constexpr std::uint32_t orientation_tag = 0x0112, short_type = 3;
    constexpr std::size_t entry_size = 12;
    if (!tiff.starts_with("II") && !tiff.starts_with("MM")) return 1;
    const TiffBytes bytes(tiff);
    const std::size_t directory = bytes.number(4, 4);
    const std::size_t entries = bytes.number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * entry_size;
        if (bytes.number(entry, 2) != orientation_tag || bytes.number(entry + 2, 2) != short_type) continue;
        const std::uint32_t value = bytes.number(entry + 8, 2);
        return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

Image upright(Image image, int orientation) {
    if (orientation == 1) return image;
    const auto [width, height] = image.size;
    Image turned(swaps_sides(orientation) ? ImageSize{height, width} : image.size);
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    for (std::size_t y = 0; y < turned.size.height; ++y) {
        unsigned char* to = turned.row(y);
        for (std::size_t x = 0; x < turned.size.width; ++x, to += 3) {
            auto [column, row] = swaps_sides(orientation) ? std::pair(y, x) : std::pair(x, y);
            if (from_right) column = width - 1 - column;
            if (from_below) row = height - 1 - row;
            std::copy_n(image.row(row) + column * 3, 3, to);
        }
    }
    return turned;
}

}  // namespace grainscope::workloads
