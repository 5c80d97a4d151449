#include <grainscope/workloads/contact_sheet.h>

#include <algorithm>

namespace grainscope::workloads {

namespace {

float grey(const unsigned char* rgb) {
    // The weights of Rec. 601, in thousandths.
    const unsigned sum = 299U * rgb[0] + 587U * rgb[1] + 114U * rgb[2];
    return static_cast<float>(sum) / 255'000.0F;
}

ImageSize tile_of(std::size_t size) { return {4 * size, 3 * size}; }

std::size_t room_for(ImageSize tile) {
    return ContactSheet::largest.columns / tile.width * (ContactSheet::largest.rows / tile.height);
}

}  // namespace

ContactSheet::ContactSheet(std::size_t count) : count_(count) {
    std::size_t size = largest.rows / tile_of(1).height;
    while (size > 1 && room_for(tile_of(size)) < count_) --size;
    tile_ = tile_of(size);
    tiles_ = std::min(count_, room_for(tile_));
    in_a_row_ = std::min(tiles_, largest.columns / tile_.width);
}

Picture::Extent ContactSheet::extent() const {
    const std::size_t rows = (tiles_ + in_a_row_ - 1) / in_a_row_;
    return {.columns = in_a_row_ * tile_.width, .rows = rows * tile_.height};
}

void ContactSheet::publish(trace::DataBoard& board, std::size_t columns, std::size_t index, const Image& image,
                           std::uint16_t owner) const {
    const std::size_t tile = index * tiles_ / count_;
    const bool is_first_of_its_tile = index == (tile * count_ + tiles_ - 1) / tiles_;
    if (!is_first_of_its_tile) return;
    const std::size_t left = tile % in_a_row_ * tile_.width, top = tile / in_a_row_ * tile_.height;
    const ImageSize inside{tile_.width - 2, tile_.height - 2};
    const bool is_empty = image.rgb.empty();
    const Image small = is_empty ? Image() : scaled(image, fit_inside(image.size, inside));
    const std::size_t x0 = (tile_.width - small.size.width) / 2, y0 = (tile_.height - small.size.height) / 2;
    const auto value_at = [&](std::size_t x, std::size_t y) {
        if (x == 0 || y == 0 || x + 1 == tile_.width || y + 1 == tile_.height) return 1.0F;
        if (is_empty) {
            const std::size_t falling = x * tile_.height / tile_.width;
            return y == falling || y == tile_.height - 1 - falling ? 1.0F : 0.0F;
        }
        if (x < x0 || y < y0 || x - x0 >= small.size.width || y - y0 >= small.size.height) return 0.0F;
        return grey(small.row(y - y0) + (x - x0) * 3);
    };
    for (std::size_t y = 0; y < tile_.height; ++y)
        for (std::size_t x = 0; x < tile_.width; ++x) {
            const std::size_t slot = (top + y) * columns + left + x;
            if (left + x < columns && slot < board.size()) board.publish(slot, value_at(x, y), owner);
        }
}

}  // namespace grainscope::workloads
