// Thumbnails: pictures are decoded, scaled and encoded, each a task of its own. Files of all sizes and kinds cost
// differently, which a scheduler must balance, and one that is broken must not stop the others.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/loop.h>
#include <grainscope/workloads/block_observer.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/contact_sheet.h>
#include <grainscope/workloads/image_codec.h>
#include <grainscope/workloads/image_files.h>
#include <grainscope/workloads/made_images.h>
#include <grainscope/workloads/memory_check.h>
#include <grainscope/workloads/multiset_hash.h>
#include <grainscope/workloads/sort_files.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

/// How a thumbnail is made.
struct Recipe {
    std::size_t longest_side = 1;
    int quality = 1;
    friend bool operator==(const Recipe&, const Recipe&) = default;
};

/// What became of one picture: a thumbnail as a file holds it, or why there is none.
struct Outcome {
    std::string jpeg;
    std::string error;
    ImageSize source;
    bool is_done = false;

    [[nodiscard]] std::uint64_t fingerprint() const {
        return detail::hash_bytes(jpeg, detail::first_key) ^ detail::hash_bytes(error, detail::second_key);
    }
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// So many thumbnails of the user's pictures are made a second time, one after the other, to check the first by; fewer
/// of large files. Those of made pictures are all made again: that takes less than the pictures did.
constexpr std::size_t most_made_again = 64;
constexpr std::size_t most_bytes_made_again = std::size_t{64} << 20;
/// By how much the mean of a colour, of 255, may differ between a made picture and its thumbnail: the picture was a
/// JPEG between. How much of it the thumbnail's own quality keeps is the user's choice, and not looked at.
constexpr double colour_tolerance = 5;
/// A JPEG's colours are coarser than its pixels: where most of those are at an edge, the mean is not kept.
constexpr std::size_t least_side_with_a_mean = 32;

ContactSheet sheet_of(const Values& values) { return ContactSheet(static_cast<std::size_t>(whole_of(values, "n"))); }

Picture::Extent extent_of(const Values& values) {
    // How many files there are is not known yet.
    return text_of(values, "input").empty() ? sheet_of(values).extent() : ContactSheet::largest;
}

class Thumbnails final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        images_ = {};
        colours_ = {};
        outcomes_ = {};
        write_failures_ = {};
        prepared_values_ = values;
        (void)update(values);
        if (!output_.empty()) {
            if (auto usable = check_output_folder(output_, input()); !usable) return usable;
        }
        try {
            if (auto got = input().empty() ? make_images(values, seed) : read_input(); !got) return got;
            outcomes_.resize(images_.size());
        } catch (const std::bad_alloc&) {
            images_ = {};
            return out_of_memory();
        }
        sheet_ = ContactSheet(images_.size());
        sheet_columns_ = extent_of(values).columns;
        fingerprints_ = {};
        return {};
    }

    bool update(const Values& values) override {
        const Recipe recipe{.longest_side = static_cast<std::size_t>(whole_of(values, "size")),
                            .quality = static_cast<int>(whole_of(values, "quality"))};
        if (!(recipe == recipe_)) fingerprints_ = {};
        recipe_ = recipe;
        grain_ = static_cast<std::size_t>(whole_of(values, "grain"));
        slow_ = real_of(values, "slow");
        output_ = text_of(values, "output");
        return std::ranges::all_of(std::to_array({"input", "n", "width", "height", "format"}),
                                   [&](const char* name) { return values.at(name) == prepared_values_.at(name); });
    }

    void reset(RunContext& context) override {
        std::ranges::fill(outcomes_, Outcome());
        if (context.board != nullptr) context.board->clear();
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        const BlockObserver observer(context, backend);
        backends::for_blocks(backend, images_.size(), grain_, [&](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i) {
                observer.block([&] {
                    Image thumbnail;
                    outcomes_[i] = make_thumbnail(images_[i], context.cancel, thumbnail);
                    if (context.board != nullptr)
                        sheet_.publish(*context.board, sheet_columns_, i, thumbnail, observer.owner());
                });
            }
        });
    }

    std::expected<void, std::string> check() override {
        for (std::size_t i = 0; i < outcomes_.size(); ++i)
            if (std::string wrong = what_is_wrong_with(i); !wrong.empty())
                return std::unexpected(fmt::format("{}: {}", images_[i].name, wrong));
        if (fingerprints_.empty()) {
            if (auto same = compare_with_made_again(); !same) return same;
            for (const Outcome& outcome : outcomes_) fingerprints_.push_back(outcome.fingerprint());
        }
        for (std::size_t i = 0; i < outcomes_.size(); ++i)
            if (outcomes_[i].fingerprint() != fingerprints_[i])
                return std::unexpected(fmt::format("{}: the thumbnail is not that of the first run", images_[i].name));
        return {};
    }

    double items() const override { return static_cast<double>(images_.size()); }

    std::vector<ItemFailure> item_failures() const override {
        std::vector<ItemFailure> failures;
        for (std::size_t i = 0; i < outcomes_.size(); ++i)
            if (!outcomes_[i].error.empty()) failures.push_back({images_[i].name, outcomes_[i].error});
        failures.insert(failures.end(), write_failures_.begin(), write_failures_.end());
        return failures;
    }

    std::expected<void, Failure> write_output() override {
        if (output_.empty()) return {};
        if (auto usable = check_output_folder(output_, input()); !usable) return usable;
        std::error_code error;
        std::filesystem::create_directory(output_, error);
        if (error) return file_failure(fmt::format("{} cannot be made: {}", output_, error.message()));
        write_failures_.clear();
        const std::vector<std::string> names = thumbnail_names(images_);
        std::size_t thumbnails = 0;
        for (std::size_t i = 0; i < outcomes_.size(); ++i) {
            if (outcomes_[i].jpeg.empty()) continue;
            ++thumbnails;
            const std::string path = (std::filesystem::path(output_) / names[i]).string();
            if (auto written = write_bytes(path, outcomes_[i].jpeg); !written)
                write_failures_.push_back({images_[i].name, written.error().message});
        }
        if (thumbnails > 0 && write_failures_.size() == thumbnails) {
            return file_failure(fmt::format("none of {} thumbnails could be written; the first: {}", thumbnails,
                                            write_failures_.front().error));
        }
        return {};
    }

  private:
    [[nodiscard]] const std::string& input() const { return text_of(prepared_values_, "input"); }

    std::expected<void, Failure> read_input() {
        auto read = read_images(input());
        if (!read) return std::unexpected(std::move(read.error()));
        images_ = std::move(*read);
        return {};
    }

    std::expected<void, Failure> make_images(const Values& values, std::uint64_t seed) {
        const auto count = static_cast<std::size_t>(whole_of(values, "n"));
        const ImageSize size{static_cast<std::size_t>(whole_of(values, "width")),
                             static_cast<std::size_t>(whole_of(values, "height"))};
        const std::string& format = text_of(values, "format");
        // Files take a byte or two a pixel, depending on the grain; the one that is made, three more.
        const double pixels = static_cast<double>(size.width) * static_cast<double>(size.height);
        if (auto fits = check_memory(pixels * (2 * static_cast<double>(count) + 6),
                                     fmt::format("n = {} images of {} x {} pixels", count, size.width, size.height));
            !fits) {
            return fits;
        }
        for (std::size_t i = 0; i < count; ++i) {
            const Image image = make_image(seed, i, size);
            const bool is_png = format == "png" || (format == "mixed" && i % 4 == 3);
            std::expected<std::string, std::string> encoded = is_png ? encode_png(image) : encode_jpeg(image, 90);
            if (!encoded) return std::unexpected(Failure{Failure::Kind::failed, encoded.error()});
            images_.push_back({fmt::format("image-{:06}.{}", i + 1, is_png ? "png" : "jpg"), std::move(*encoded), {}});
            colours_.push_back(mean_colour(image));
        }
        return {};
    }

    // The thumbnail itself is left in `thumbnail`, for who wants to see it.
    [[nodiscard]] Outcome make_thumbnail(const EncodedImage& image, const CancellationToken& cancel,
                                         Image& thumbnail) const {
        Outcome outcome{.jpeg = {}, .error = image.error, .source = {}, .is_done = true};
        if (!outcome.error.empty()) return outcome;
        try {
            std::expected<ReducedImage, std::string> reduced = decode_to_fit(image.bytes, recipe_.longest_side, cancel);
            if (!reduced) {
                outcome.error = std::move(reduced.error());
                return outcome;
            }
            std::expected<std::string, std::string> encoded = encode_jpeg(reduced->image, recipe_.quality);
            if (!encoded) {
                outcome.error = std::move(encoded.error());
                return outcome;
            }
            outcome.jpeg = std::move(*encoded);
            outcome.source = reduced->source;
            thumbnail = std::move(reduced->image);
        } catch (const std::bad_alloc&) {
            outcome.error = "the system has no memory left for it";
        }
        return outcome;
    }

    // Empty if nothing is.
    [[nodiscard]] std::string what_is_wrong_with(std::size_t i) const {
        const Outcome& outcome = outcomes_[i];
        if (!outcome.is_done) return "no thumbnail was made";
        if (!outcome.error.empty()) return colours_.empty() ? std::string() : outcome.error;  // made ones are good
        const auto back = decode_to_fit(outcome.jpeg, std::numeric_limits<std::size_t>::max(), CancellationToken());
        if (!back) return "the thumbnail " + back.error();
        const auto [width, height] = fit_inside(outcome.source, {recipe_.longest_side, recipe_.longest_side});
        if (back->image.size != ImageSize{width, height}) {
            return fmt::format("the thumbnail has {} x {} pixels and not {} x {}", back->image.size.width,
                               back->image.size.height, width, height);
        }
        return {};
    }
    [[nodiscard]] std::string what_is_wrong_with_colour(std::size_t i, const std::array<double, 3>& got) const {
        const std::array<double, 3>& right = colours_[i];
        const ImageSize made = outcomes_[i].source;
        if (std::min(made.width, made.height) < least_side_with_a_mean) return {};
        for (std::size_t colour = 0; colour < 3; ++colour)
            if (std::abs(right[colour] - got[colour]) > colour_tolerance)
                return fmt::format("the mean colour of the thumbnail is {:.1f} and not {:.1f}", fmt::join(got, ", "),
                                   fmt::join(right, ", "));
        return {};
    }

    // Those made again lie evenly among all.
    [[nodiscard]] std::expected<void, std::string> compare_with_made_again() const {
        const bool all = !colours_.empty();
        const std::size_t count = all ? images_.size() : std::min(images_.size(), most_made_again);
        std::size_t bytes = 0;
        for (std::size_t k = 0; k < count && (all || bytes <= most_bytes_made_again); ++k) {
            const std::size_t i = k * images_.size() / count;
            bytes += images_[i].bytes.size();
            Image thumbnail;
            std::string wrong;
            if (make_thumbnail(images_[i], CancellationToken(), thumbnail) != outcomes_[i])
                wrong = "made again, the thumbnail has other bytes";
            else if (all)
                wrong = what_is_wrong_with_colour(i, mean_colour(thumbnail));
            if (!wrong.empty()) return std::unexpected(fmt::format("{}: {}", images_[i].name, wrong));
        }
        return {};
    }

    std::vector<EncodedImage> images_;
    std::vector<std::array<double, 3>> colours_;  // of the made images; none for the user's
    std::vector<Outcome> outcomes_;               // one an image
    std::vector<std::uint64_t> fingerprints_;     // of the first right answer by this recipe; empty: there was none yet
    std::vector<ItemFailure> write_failures_;
    Values prepared_values_;
    Recipe recipe_;
    ContactSheet sheet_;
    std::size_t sheet_columns_ = 1;
    std::size_t grain_ = 1;
    double slow_ = 1;
    std::string output_;
};

Parameter pixels_parameter(std::string name, std::string label, std::string help, std::int64_t default_value,
                           double minimum, double maximum) {
    return {.name = std::move(name),
            .label = std::move(label),
            .help = std::move(help),
            .unit = "pixels",
            .kind = Parameter::Kind::integer,
            .default_value = default_value,
            .minimum = minimum,
            .maximum = maximum,
            .logarithmic = true,
            .choices = {}};
}

Description describe() {
    Description description{
        .name = "thumbnails",
        .title = "Thumbnails",
        .category = "Files",
        .summary = "Decodes images, scales them down and encodes them again: JPEG and PNG, each image a task",
        .parameters = {},
        .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"},
        .picture = {.shape = Picture::Shape::grid,
                    .remark = "each thumbnail framed in the colour of the worker that made it",
                    .position = "pixel",
                    .value = "brightness",
                    .extent = extent_of}};
    auto& list = description.parameters;
    list.push_back(path_parameter("input", "Folder of images",
                                  "Make thumbnails of the *.jpg, *.jpeg and *.png in this folder instead of made-up "
                                  "images",
                                  Parameter::Path::open_folder));
    list.push_back(count_parameter("How many images are made up", "images", 48, 1e9));
    list.back().label = "Images";
    for (auto [name, label, side] : {std::tuple{"width", "Width", 1024}, {"height", "Height", 768}}) {
        list.push_back(pixels_parameter(name, label, "The size of a made-up image", side, 1, 65'500));
        list.back().live = false;
    }
    list.push_back({.name = "format",
                    .label = "Format",
                    .help = "What the made-up images are encoded as; mixed: every fourth is a PNG",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("mixed"),
                    .live = false,
                    .choices = {{"jpeg", "JPEG"}, {"png", "PNG"}, {"mixed", "Mixed"}}});
    list.push_back(pixels_parameter("size", "Thumbnail", "The longer side of a thumbnail; smaller images keep theirs",
                                    160, 1, 4096));
    list.push_back({.name = "quality",
                    .label = "Quality",
                    .help = "Of the thumbnails, as JPEG counts it",
                    .unit = "",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{85},
                    .minimum = 1,
                    .maximum = 100,
                    .choices = {}});
    Parameter grain = grain_parameter("images");
    grain.default_value = std::int64_t{1};
    grain.maximum = 4096;
    list.push_back(std::move(grain));
    list.push_back(path_parameter("output", "Output folder", "Write the thumbnails to this folder, as JPEG",
                                  Parameter::Path::save_folder));
    list.push_back(slow_parameter());
    return description;
}

const Registration thumbnails{describe(), [] { return std::make_unique<Thumbnails>(); }};

}  // namespace

}  // namespace grainscope::workloads
