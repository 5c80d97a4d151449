#include <grainscope/workloads/made_images.h>

#include <algorithm>
#include <array>
#include <cmath>

#include <grainscope/workloads/random.h>

namespace grainscope::workloads {

namespace {

using Colour = std::array<int, 3>;

/// The numbers of one picture, one after the other.
class Draw {
  public:
    explicit Draw(std::uint64_t seed) : seed_(seed) {}
    int below(int bound) {
        return static_cast<int>(scale_to(random_at(seed_, next_++), static_cast<std::uint64_t>(bound)));
    }
    double unit() { return to_unit(random_at(seed_, next_++)); }
    Colour colour() {
        const int red = below(256), green = below(256), blue = below(256);
        return {red, green, blue};
    }

  private:
    std::uint64_t seed_;
    std::uint64_t next_ = 0;
};

unsigned char to_byte(int value) { return static_cast<unsigned char>(std::clamp(value, 0, 255)); }

void paint_sky(Image& image, Draw& draw) {
    const Colour above = draw.colour(), below = draw.colour();
    const auto last = static_cast<int>(std::max<std::size_t>(1, image.size.height - 1));
    for (std::size_t y = 0; y < image.size.height; ++y) {
        const auto at = static_cast<int>(y);
        unsigned char* pixel = image.row(y);
        Colour colour{};
        for (std::size_t i = 0; i < 3; ++i)
            colour[i] = above[i] + static_cast<int>(std::int64_t{below[i] - above[i]} * at / last);
        for (std::size_t x = 0; x < image.size.width; ++x)
            for (const int value : colour) *pixel++ = to_byte(value);
    }
}

// Half transparent, so that discs mix.
void paint_disc(Image& image, Draw& draw) {
    const Colour colour = draw.colour();
    const auto width = static_cast<double>(image.size.width), height = static_cast<double>(image.size.height);
    const double x = draw.unit() * width, y = draw.unit() * height;
    const double radius = (0.05 + 0.2 * draw.unit()) * std::max(width, height);
    const auto clamp_to = [](double value, double most) {
        return static_cast<std::size_t>(std::clamp(std::ceil(value), 0.0, most));
    };
    for (std::size_t row = clamp_to(y - radius, height); row < clamp_to(y + radius, height); ++row) {
        const double away = static_cast<double>(row) - y;
        const double half = std::sqrt(std::max(0.0, radius * radius - away * away));
        const std::size_t first = clamp_to(x - half, width), end = clamp_to(x + half, width);
        unsigned char* pixel = image.row(row) + first * 3;
        for (std::size_t column = first; column < end; ++column)
            for (const int value : colour) {
                *pixel = to_byte((*pixel + value) / 2);
                ++pixel;
            }
    }
}

// The same on all three colours, with a mean of nothing.
void add_grain(Image& image, std::uint64_t seed, int amplitude) {
    const std::size_t pixels = image.size.width * image.size.height;
    const auto levels = static_cast<std::uint64_t>(2 * amplitude + 1);
    unsigned char* byte = image.rgb.data();
    for (std::size_t i = 0; i < pixels; ++i) {
        const int shift = static_cast<int>(scale_to(random_at(seed, i), levels)) - amplitude;
        for (int colour = 0; colour < 3; ++colour, ++byte) *byte = to_byte(*byte + shift);
    }
}

}  // namespace

Image make_image(std::uint64_t seed, std::uint64_t index, ImageSize size) {
    constexpr int fewest_discs = 4, more_discs = 9, coarsest_grain = 12;
    const std::uint64_t own = random_at(mix(seed), index);
    Draw draw(own);
    Image image(size);
    paint_sky(image, draw);
    for (int discs = fewest_discs + draw.below(more_discs); discs > 0; --discs) paint_disc(image, draw);
    add_grain(image, mix(own), draw.below(coarsest_grain));
    return image;
}

}  // namespace grainscope::workloads
