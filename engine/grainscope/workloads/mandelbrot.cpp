// The Mandelbrot set, pixel by pixel: rows cost between nothing and everything, so that whoever shares them out evenly
// beforehand leaves threads idle.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/loop.h>
#include <grainscope/workloads/block_observer.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/escape_time.h>
#include <grainscope/workloads/memory_check.h>
#include <grainscope/workloads/random.h>
#include <grainscope/workloads/sort_files.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

/// A place worth seeing: its centre, and how wide the picture is there.
struct Region {
    const char* name;
    const char* label;
    double x, y, width;
};

constexpr Region regions[] = {
    {"whole", "The whole set", -0.75, 0.0, 3.5},
    {"seahorses", "Seahorse valley", -0.7445, 0.1135, 0.018},
    {"elephants", "Elephant valley", 0.2835, 0.0095, 0.022},
    {"spiral", "A double spiral", -0.7436447860, 0.1318252536, 0.00012},
    {"island", "An island of the same shape", -1.76877, 0.0, 0.065},
};

const Region& region_named(std::string_view name) {
    const auto* const found = std::ranges::find(regions, name, &Region::name);
    return found == std::end(regions) ? regions[0] : *found;
}

/// No pixel has this time: not computed yet.
constexpr std::uint32_t not_computed = std::numeric_limits<std::uint32_t>::max();
/// The board shows at most so many pixels: what a window can draw thirty times a second.
constexpr double most_cells = 40'960;
/// Between two looks at the token: half a second of the slowest pixels.
constexpr std::size_t segment = 512;
/// So many pixels of a picture are computed a second time by the definition, and at least one of each row.
constexpr std::size_t checked_pixels = 4096;

Picture::Extent extent_of(const Values& values) {
    const auto width = static_cast<double>(whole_of(values, "width"));
    const auto height = static_cast<double>(whole_of(values, "height"));
    const double scale = std::min(1.0, std::sqrt(most_cells / (width * height)));
    const auto cells = [&](double pixels) {
        return static_cast<std::size_t>(std::clamp(std::round(pixels * scale), 1.0, std::min(pixels, most_cells)));
    };
    return {.columns = cells(width), .rows = cells(height)};
}

class Mandelbrot final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        times_ = {};
        seed_ = seed;
        width_ = static_cast<std::size_t>(whole_of(values, "width"));
        height_ = static_cast<std::size_t>(whole_of(values, "height"));
        (void)update(values);
        if (!output_.empty()) {
            if (auto writable = check_writable(output_); !writable) return writable;
        }
        const double pixels = static_cast<double>(width_) * static_cast<double>(height_);
        if (auto fits = check_memory(pixels * sizeof(std::uint32_t), fmt::format("{} x {} pixels", width_, height_));
            !fits) {
            return fits;
        }
        try {
            times_.resize(width_ * height_);
        } catch (const std::bad_alloc&) {
            return out_of_memory();
        }
        return {};
    }

    bool update(const Values& values) override {
        const Region& region = region_named(text_of(values, "region"));
        const double step = region.width / real_of(values, "zoom") / static_cast<double>(width_);
        const View view{.left = region.x - step * (static_cast<double>(width_) - 1) / 2,
                        .top = region.y - step * (static_cast<double>(height_) - 1) / 2,
                        .step = step,
                        .limit = static_cast<std::uint32_t>(whole_of(values, "iterations"))};
        if (!(view == view_)) fingerprint_ = 0;
        view_ = view;
        grain_ = static_cast<std::size_t>(whole_of(values, "grain"));
        slow_ = real_of(values, "slow");
        output_ = text_of(values, "output");
        extent_ = extent_of(values);
        return static_cast<std::size_t>(whole_of(values, "width")) == width_ &&
               static_cast<std::size_t>(whole_of(values, "height")) == height_;
    }

    void reset(RunContext& context) override {
        std::ranges::fill(times_, not_computed);
        if (context.board != nullptr) context.board->clear();
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        const BlockObserver observer(context, backend);
        backends::for_blocks(backend, height_, grain_, [&](std::size_t first, std::size_t last) {
            observer.block([&] {
                for (std::size_t row = first; row < last; ++row) {
                    compute_row(row, context.cancel);
                    if (context.board != nullptr) publish(row, *context.board, observer);
                }
            });
        });
    }

    std::expected<void, std::string> check() override {
        const auto missing = std::ranges::find(times_, not_computed);
        if (missing != times_.end()) {
            const auto [row, column] = place(static_cast<std::size_t>(missing - times_.begin()));
            return std::unexpected(fmt::format("the pixel in row {}, column {} was never computed", row, column));
        }
        const std::size_t in_a_row = (checked_pixels + height_ - 1) / height_;
        for (std::size_t i = 0; i < height_ * in_a_row; ++i) {
            const std::size_t row = i / in_a_row;
            const std::size_t column = scale_to(random_at(seed_, i), width_);
            const std::uint32_t right = escape_time(point_at(view_.left, view_.step, column),
                                                    point_at(view_.top, view_.step, row), view_.limit);
            const std::uint32_t got = times_[row * width_ + column];
            if (got != right) {
                return std::unexpected(
                    fmt::format("the pixel in row {}, column {} has {} iterations, got {}", row, column, right, got));
            }
        }
        // The pixels that were not looked at: every run must give the same.
        std::uint64_t fingerprint = 1;
        for (std::size_t i = 0; i < times_.size(); ++i) fingerprint += mix(i << 32 ^ times_[i]);
        if (fingerprint_ == 0) fingerprint_ = fingerprint;
        if (fingerprint == fingerprint_) return {};
        return std::unexpected("some pixels are not those of the first run");
    }

    double items() const override { return static_cast<double>(width_) * static_cast<double>(height_); }

    std::expected<void, Failure> write_output() override {
        if (output_.empty()) return {};
        std::string image = fmt::format("P6\n{} {}\n255\n", width_, height_);
        try {
            image.reserve(image.size() + times_.size() * 3);
            for (const std::uint32_t time : times_)
                for (const char byte : colour(time)) image.push_back(byte);
        } catch (const std::bad_alloc&) {
            return out_of_memory();
        }
        return write_bytes(output_, image);
    }

  private:
    struct View {
        double left = 0, top = 0, step = 0;  // the centre of the first pixel, and the way to the next
        std::uint32_t limit = 0;
        friend bool operator==(const View&, const View&) = default;
    };

    void compute_row(std::size_t row, const CancellationToken& cancel) {
        const double y = point_at(view_.top, view_.step, row);
        const std::span<std::uint32_t> times(times_.data() + row * width_, width_);
        for (std::size_t first = 0; first < width_; first += segment) {
            if (first != 0) cancel.throw_if_cancelled();
            const std::size_t count = std::min(segment, width_ - first);
            escape_times(view_.left, view_.step, y, view_.limit, first, times.subspan(first, count));
        }
    }

    // The cells whose pixel lies in this row, if any: each shows the pixel in the middle of those it stands for.
    void publish(std::size_t row, trace::DataBoard& board, const BlockObserver& observer) const {
        const auto middle = [](std::size_t cell, std::size_t cells, std::size_t pixels) {
            return (2 * cell + 1) * pixels / (2 * cells);
        };
        const std::size_t cell_row = row * extent_.rows / height_;
        if (middle(cell_row, extent_.rows, height_) != row) return;
        const std::uint16_t owner = observer.owner();
        for (std::size_t column = 0; column < extent_.columns; ++column) {
            const std::uint32_t time = times_[row * width_ + middle(column, extent_.columns, width_)];
            board.publish(cell_row * extent_.columns + column, static_cast<float>(brightness(time)), owner);
        }
    }

    // Times lie close together far from the set and far apart at its edge: their logarithm shows both.
    [[nodiscard]] double brightness(std::uint32_t time) const {
        return std::log1p(static_cast<double>(time)) / std::log1p(static_cast<double>(view_.limit));
    }

    // Black inside; outside the colours go round once for every tenfold time.
    [[nodiscard]] std::array<char, 3> colour(std::uint32_t time) const {
        if (time >= view_.limit) return {0, 0, 0};
        const double turn = std::log10(static_cast<double>(time) + 1);
        const auto channel = [turn](double shift) {
            const double level = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (turn + shift));
            return static_cast<char>(static_cast<unsigned char>(std::lround(255 * level)));
        };
        return {channel(0.0), channel(0.1), channel(0.25)};
    }

    [[nodiscard]] std::pair<std::size_t, std::size_t> place(std::size_t pixel) const {
        return {pixel / width_, pixel % width_};
    }

    std::vector<std::uint32_t> times_;  // row by row
    std::size_t width_ = 1, height_ = 1;
    View view_;
    Picture::Extent extent_;
    std::size_t grain_ = 0;
    double slow_ = 1;
    std::string output_;
    std::uint64_t seed_ = 0;
    std::uint64_t fingerprint_ = 0;  // of the first right answer of this view; 0: there was none yet
};

Parameter size_parameter(std::string name, std::string label, std::int64_t default_value) {
    return {.name = std::move(name),
            .label = std::move(label),
            .help = "The picture's size",
            .unit = "pixels",
            .kind = Parameter::Kind::integer,
            .default_value = default_value,
            .minimum = 1,
            .maximum = 1e6,
            .logarithmic = true,
            .live = false,
            .choices = {}};
}

Description describe() {
    Description description{
        .name = "mandelbrot",
        .title = "Mandelbrot set",
        .category = "Classics",
        .summary = "Colours the Mandelbrot set row by row: cheap rows and dear ones, which a scheduler must balance",
        .parameters = {},
        .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"},
        .picture = {.shape = Picture::Shape::grid,
                    .remark = "each pixel in the colour of the worker that computed it",
                    .position = "pixel",
                    .value = "iterations, on a logarithmic scale",
                    .extent = extent_of}};
    auto& list = description.parameters;
    list.push_back(size_parameter("width", "Width", 1920));
    list.push_back(size_parameter("height", "Height", 1200));
    list.push_back({.name = "iterations",
                    .label = "Iterations",
                    .help = "How long a pixel is followed before it counts as inside",
                    .unit = "iterations",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{1000},
                    .minimum = 1,
                    .maximum = 1e6,
                    .logarithmic = true,
                    .choices = {}});
    Parameter region{.name = "region",
                     .label = "Region",
                     .help = "What part of the plane the picture shows",
                     .unit = "",
                     .kind = Parameter::Kind::choice,
                     .default_value = std::string(regions[0].name),
                     .choices = {}};
    for (const Region& place : regions) region.choices.push_back({place.name, place.label});
    list.push_back(std::move(region));
    list.push_back({.name = "zoom",
                    .label = "Zoom",
                    .help = "How many times larger the middle of the region is shown",
                    .unit = "times",
                    .kind = Parameter::Kind::real,
                    .default_value = 1.0,
                    .minimum = 1,
                    .maximum = 1e9,
                    .logarithmic = true,
                    .choices = {}});
    Parameter grain = grain_parameter("rows");
    grain.maximum = 4096;
    list.push_back(std::move(grain));
    list.push_back(
        path_parameter("output", "Output file", "Write the picture to this file, as PPM", Parameter::Path::save_file));
    list.push_back(slow_parameter());
    return description;
}

const Registration mandelbrot{describe(), [] { return std::make_unique<Mandelbrot>(); }};

}  // namespace

}  // namespace grainscope::workloads
