#include <grainscope/workloads/image_scale.h>

#include <algorithm>
#include <cmath>

namespace grainscope::workloads {

ImageSize fit_inside(ImageSize size, ImageSize box) {
    const auto ratio = [](std::size_t have, std::size_t room) {
        return static_cast<double>(room) / static_cast<double>(have);
    };
    const double scale = std::min(ratio(size.width, box.width), ratio(size.height, box.height));
    if (scale >= 1) return size;
    const auto side = [scale](std::size_t have, std::size_t room) {
        const auto scaled = static_cast<std::size_t>(std::lround(static_cast<double>(have) * scale));
        return std::clamp<std::size_t>(scaled, 1, std::min(have, room));
    };
    return {side(size.width, box.width), side(size.height, box.height)};
}

std::array<double, 3> mean_colour(const Image& image) {
    std::array<std::uint64_t, 3> sums{};
    for (std::size_t i = 0; i < image.rgb.size(); ++i) sums[i % 3] += image.rgb[i];
    const auto pixels = static_cast<double>(std::max<std::size_t>(1, image.rgb.size() / 3));
    return {static_cast<double>(sums[0]) / pixels, static_cast<double>(sums[1]) / pixels,
            static_cast<double>(sums[2]) / pixels};
}

// Lengths are counted in units in which both pixels have whole ones: a pixel of the source is target.width long, one of
// the target source.width. Vertically likewise.
BoxScaler::BoxScaler(ImageSize source, ImageSize target)
    : source_(source), target_(target), row_(target.width * 3), sums_(target.width * target.height * 3) {
    columns_.reserve(target.width);
    for (std::size_t column = 0; column < target.width; ++column) {
        const std::size_t begin = column * source.width, end = begin + source.width;
        const std::size_t first = begin / target.width, last = end / target.width;
        columns_.push_back({.first = static_cast<std::uint32_t>(first),
                            .last = static_cast<std::uint32_t>(last),
                            .first_weight = static_cast<std::uint32_t>((first + 1) * target.width - begin),
                            .last_weight = static_cast<std::uint32_t>(end - last * target.width)});
    }
}

void BoxScaler::add_row(std::size_t y, const unsigned char* rgb) noexcept {
    const auto whole = static_cast<std::uint32_t>(target_.width);
    std::uint32_t* sum = row_.data();
    for (const Column& column : columns_) {
        std::uint32_t red = 0, green = 0, blue = 0;
        const unsigned char* const last = rgb + std::size_t{column.last} * 3;
        const unsigned char* pixel = rgb + std::size_t{column.first} * 3;
        const unsigned char* const first = pixel;
        for (pixel += 3; pixel < last; pixel += 3) {
            red += pixel[0];
            green += pixel[1];
            blue += pixel[2];
        }
        // A share of nothing is not looked at: behind the last column there is no pixel.
        const unsigned char* const right = column.last_weight == 0 ? first : last;
        sum[0] = red * whole + first[0] * column.first_weight + right[0] * column.last_weight;
        sum[1] = green * whole + first[1] * column.first_weight + right[1] * column.last_weight;
        sum[2] = blue * whole + first[2] * column.first_weight + right[2] * column.last_weight;
        sum += 3;
    }
    add_sums_to_rows(y);
}

void BoxScaler::add_pixels(std::size_t y, std::size_t first, std::size_t step, std::size_t count,
                           const unsigned char* rgb) noexcept {
    std::ranges::fill(row_, 0U);
    for (std::size_t i = 0; i < count; ++i, rgb += 3) {
        const std::size_t begin = (first + i * step) * target_.width;
        const std::size_t column = begin / source_.width;
        const std::size_t edge = (column + 1) * source_.width;
        const auto here = static_cast<std::uint32_t>(std::min(target_.width, edge - begin));
        const auto next = static_cast<std::uint32_t>(target_.width) - here;
        for (std::size_t colour = 0; colour < 3; ++colour) {
            row_[column * 3 + colour] += rgb[colour] * here;
            if (next != 0) row_[(column + 1) * 3 + colour] += rgb[colour] * next;
        }
    }
    add_sums_to_rows(y);
}

void BoxScaler::add_sums_to_rows(std::size_t y) noexcept {
    const std::size_t begin = y * target_.height;
    const std::size_t row = begin / source_.height;
    const std::uint64_t here = std::min(target_.height, (row + 1) * source_.height - begin);
    const std::uint64_t next = target_.height - here;
    std::uint64_t* const sums = sums_.data() + row * row_.size();
    for (std::size_t i = 0; i < row_.size(); ++i) sums[i] += here * row_[i];
    if (next == 0) return;
    for (std::size_t i = 0; i < row_.size(); ++i) sums[row_.size() + i] += next * row_[i];
}

Image BoxScaler::finish() const {
    Image image(target_);
    const double weight = 1 / (static_cast<double>(source_.width) * static_cast<double>(source_.height));
    for (std::size_t i = 0; i < sums_.size(); ++i)
        image.rgb[i] = static_cast<unsigned char>(static_cast<double>(sums_[i]) * weight + 0.5);
    return image;
}

Image scaled(const Image& image, ImageSize target) {
    BoxScaler scaler(image.size, target);
    for (std::size_t y = 0; y < image.size.height; ++y) scaler.add_row(y, image.row(y));
    return scaler.finish();
}

}  // namespace grainscope::workloads
