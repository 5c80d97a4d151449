// Clustering: which five colours are a picture made of? Each round, every pixel belongs to the nearest centre, and each
// centre moves to the middle of its pixels; fold and reduce add up positions and numbers at once. Sums of whole numbers
// are the same in every order, and so is the answer on any number of threads.
// Lloyd: "Least Squares Quantization in PCM" (1957, published 1982).
//
//     k_means [pixels]
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

constexpr std::size_t clusters = 5;

struct Colour {
    long red = 0, green = 0, blue = 0;
    bool operator==(const Colour&) const = default;
    friend Colour operator+(Colour a, Colour b) { return {a.red + b.red, a.green + b.green, a.blue + b.blue}; }
};
struct Cluster {
    Colour sum;
    long pixels = 0;
    bool operator==(const Cluster&) const = default;
};
using Centres = std::array<Colour, clusters>;
using Clusters = std::array<Cluster, clusters>;

long squared_distance(Colour a, Colour b) {
    const long red = a.red - b.red, green = a.green - b.green, blue = a.blue - b.blue;
    return red * red + green * green + blue * blue;
}

void add(Clusters& found, const Centres& centres, Colour pixel) {
    std::size_t nearest = 0;
    for (std::size_t i = 1; i < clusters; ++i)
        if (squared_distance(pixel, centres[i]) < squared_distance(pixel, centres[nearest])) nearest = i;
    Cluster& cluster = found[nearest];
    cluster.sum = cluster.sum + pixel;
    ++cluster.pixels;
}

Clusters assign(const std::vector<Colour>& pixels, const Centres& centres) {
    return grainscope::par_iter(pixels)
        .fold([] { return Clusters{}; }, [&](Clusters& found, Colour pixel) { add(found, centres, pixel); })
        .reduce([] { return Clusters{}; },
                [](Clusters& a, const Clusters& b) {
                    for (std::size_t i = 0; i < clusters; ++i) a[i] = {a[i].sum + b[i].sum, a[i].pixels + b[i].pixels};
                });
}

Clusters assign_alone(const std::vector<Colour>& pixels, const Centres& centres) {
    Clusters found{};
    for (const Colour pixel : pixels) add(found, centres, pixel);
    return found;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<Colour> pixels(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20'000);
    std::mt19937 random(1);
    std::normal_distribution<double> shade(0, 12);
    const Centres true_colours{{{200, 30, 30}, {40, 180, 60}, {30, 60, 200}, {230, 220, 60}, {120, 120, 120}}};
    for (Colour& pixel : pixels) {
        const Colour colour = true_colours[random() % clusters];
        pixel = colour + Colour{std::lround(shade(random)), std::lround(shade(random)), std::lround(shade(random))};
    }

    Centres centres{{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}, {0, 0, 0}}};
    for (bool moved = true; moved;) {
        const Clusters found = assign(pixels, centres);
        if (found != assign_alone(pixels, centres)) {
            std::fprintf(stderr, "k_means: one thread finds other clusters\n");
            return 1;
        }
        const Centres before = centres;
        for (std::size_t i = 0; i < clusters; ++i) {
            const auto& [sum, n] = found[i];
            if (n > 0) centres[i] = {sum.red / n, sum.green / n, sum.blue / n};
        }
        moved = centres != before;
    }
    for (const Colour& c : centres) std::printf("#%02lx%02lx%02lx\n", c.red & 255, c.green & 255, c.blue & 255);
    return 0;
}
