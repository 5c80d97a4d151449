// Pictures: scaled by area, decoded whatever their kind, refused in one line where they are broken or too large.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include <grainscope/workloads/image_codec.h>
#include <grainscope/workloads/image_orientation.h>
#include <grainscope/workloads/made_images.h>

#include "workloads_image_files.h"

namespace grainscope::workloads {
namespace {

using namespace std::string_view_literals;
using testing::independently_decoded;
using testing::jpeg_of;
using testing::JpegKind;
using testing::png_of;
using testing::PngKind;
using testing::rows_of;
using testing::striped;

constexpr std::size_t whole = std::numeric_limits<std::size_t>::max();

Image decoded(const std::string& bytes, std::size_t longest_side = whole) {
    const auto result = decode_to_fit(bytes, longest_side, CancellationToken());
    EXPECT_TRUE(result.has_value()) << result.error();
    return result ? result->image : Image();
}

std::string refusal(std::string_view bytes) {
    const auto result = decode_to_fit(bytes, 160, CancellationToken());
    if (result) return "accepted";
    EXPECT_EQ(result.error().find('\n'), std::string::npos) << "one line";
    return result.error();
}

// The largest difference of one byte.
int distance(const Image& a, const Image& b) {
    EXPECT_EQ(a.size, b.size);
    if (a.size != b.size) return 256;
    int most = 0;
    for (std::size_t i = 0; i < a.rgb.size(); ++i) most = std::max(most, std::abs(a.rgb[i] - b.rgb[i]));
    return most;
}

// The definition: every pixel of the source, times the area in which it lies under that of the target.
Image scaled_by_definition(const Image& image, ImageSize target) {
    const auto share = [](std::size_t at, std::size_t from, std::size_t i, std::size_t to) {
        const double ratio = static_cast<double>(from) / static_cast<double>(to);
        const double begin = std::max(static_cast<double>(i) * ratio, static_cast<double>(at));
        const double end = std::min(static_cast<double>(i + 1) * ratio, static_cast<double>(at + 1));
        return std::max(0.0, end - begin) / ratio;
    };
    Image small(target);
    for (std::size_t y = 0; y < target.height; ++y)
        for (std::size_t x = 0; x < target.width; ++x)
            for (std::size_t colour = 0; colour < 3; ++colour) {
                double sum = 0;
                for (std::size_t v = 0; v < image.size.height; ++v)
                    for (std::size_t u = 0; u < image.size.width; ++u)
                        sum += share(v, image.size.height, y, target.height) *
                               share(u, image.size.width, x, target.width) * image.row(v)[u * 3 + colour];
                small.row(y)[x * 3 + colour] = static_cast<unsigned char>(std::lround(sum));
            }
    return small;
}

TEST(BoxScaler, GivesTheMeanOfTheAreaForEveryRatio) {
    const Image image = make_image(1, 0, {31, 23});
    for (const ImageSize target : {ImageSize{31, 23}, {30, 22}, {16, 12}, {15, 23}, {7, 5}, {31, 1}, {1, 1}})
        EXPECT_LE(distance(scaled(image, target), scaled_by_definition(image, target)), 1)
            << target.width << " x " << target.height;
    EXPECT_EQ(scaled(image, image.size), image);
}

TEST(BoxScaler, TakesRowsAndPartsOfRowsInAnyOrder) {
    const Image image = make_image(2, 0, {29, 17});
    BoxScaler scaler(image.size, {11, 6});
    for (std::size_t y = image.size.height; y-- > 0;)
        for (const std::size_t first : {2U, 0U, 1U}) {
            std::vector<unsigned char> part;
            std::size_t count = 0;
            for (std::size_t x = first; x < image.size.width; x += 3, ++count)
                part.insert(part.end(), image.row(y) + x * 3, image.row(y) + x * 3 + 3);
            scaler.add_pixels(y, first, 3, count, part.data());
        }
    EXPECT_EQ(scaler.finish(), scaled(image, {11, 6}));
}

TEST(FitInside, KeepsTheShapeAndNeverMakesLargerOrVanish) {
    EXPECT_EQ(fit_inside({1024, 768}, {160, 160}), (ImageSize{160, 120}));
    EXPECT_EQ(fit_inside({768, 1024}, {160, 160}), (ImageSize{120, 160}));
    EXPECT_EQ(fit_inside({20'000, 1}, {160, 160}), (ImageSize{160, 1}));
    EXPECT_EQ(fit_inside({100, 80}, {160, 160}), (ImageSize{100, 80}));
    EXPECT_EQ(fit_inside({3, 2}, {1, 1}), (ImageSize{1, 1}));
    EXPECT_EQ(fit_inside({100, 100}, {30, 10}), (ImageSize{10, 10}));
}

TEST(ImageCodec, WhatIsWrittenAsPngReadsBackTheSame) {
    const Image image = make_image(3, 0, {37, 21});
    EXPECT_EQ(decoded(*encode_png(image)), image);
}

TEST(ImageCodec, WhatIsWrittenAsJpegReadsBackAlikeByAnotherDecoder) {
    for (const ImageSize size : {ImageSize{1, 1}, {7, 3}, {160, 120}, {33, 65}}) {
        const std::string bytes = jpeg_of(make_image(4, 0, size), 92);
        // The decoders differ in how they spread the halved chroma, and round.
        EXPECT_LE(distance(decoded(bytes), independently_decoded(bytes)), 8) << size.width << " x " << size.height;
    }
}

TEST(ImageCodec, AJpegIsDecodedSmallerAsIfItHadBeenScaledAfterwards) {
    const Image image = make_image(5, 0, {333, 250});
    const std::string bytes = jpeg_of(image);
    for (const std::size_t side : {332U, 200U, 160U, 80U, 42U, 20U, 1U}) {
        const Image small = decoded(bytes, side);
        const Image right = scaled(image, fit_inside(image.size, {side, side}));
        ASSERT_EQ(small.size, right.size);
        double sum = 0;
        for (std::size_t i = 0; i < small.rgb.size(); ++i) sum += std::abs(small.rgb[i] - right.rgb[i]);
        EXPECT_LT(sum / static_cast<double>(small.rgb.size()), 4) << side;
    }
}

TEST(ImageCodec, EveryKindOfPngIsDecoded) {
    const ImageSize size{19, 13};
    const Image image = make_image(6, 0, size);
    EXPECT_EQ(decoded(png_of(size, {.interlace = PNG_INTERLACE_ADAM7}, rows_of(image))), image);
    for (const std::size_t side : {1U, 2U, 7U})
        EXPECT_EQ(decoded(png_of(size, {.interlace = PNG_INTERLACE_ADAM7}, rows_of(image)), side),
                  decoded(png_of(size, {}, rows_of(image)), side));
    // Adam7's later passes are empty for the smallest.
    for (const ImageSize small : {ImageSize{1, 1}, {1, 5}, {5, 1}, {4, 4}}) {
        const Image its = make_image(7, 0, small);
        EXPECT_EQ(decoded(png_of(small, {.interlace = PNG_INTERLACE_ADAM7}, rows_of(its))), its);
    }
    const Image grey = decoded(png_of({2, 1}, {.colour_type = PNG_COLOR_TYPE_GRAY}, {{0, 200}}));
    EXPECT_EQ(grey.rgb, (std::vector<unsigned char>{0, 0, 0, 200, 200, 200}));
    const Image bits = decoded(png_of({3, 1}, {.colour_type = PNG_COLOR_TYPE_GRAY, .bits = 1}, {{0b01000000}}));
    EXPECT_EQ(bits.rgb, (std::vector<unsigned char>{0, 0, 0, 255, 255, 255, 0, 0, 0}));
    const Image deep = decoded(png_of({1, 1}, {.bits = 16}, {{0xff, 0xff, 0x80, 0x80, 0, 0}}));
    EXPECT_EQ(deep.rgb, (std::vector<unsigned char>{255, 128, 0}));
    const Image palette = decoded(png_of({2, 1}, {.colour_type = PNG_COLOR_TYPE_PALETTE, .bits = 1}, {{0b01000000}}));
    EXPECT_EQ(palette.rgb, (std::vector<unsigned char>{255, 0, 0, 0, 0, 255}));
}

TEST(ImageCodec, WhatIsTransparentLiesOnWhite) {
    const Image image = decoded(
        png_of({3, 1}, {.colour_type = PNG_COLOR_TYPE_RGB_ALPHA}, {{10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 200, 51}}));
    EXPECT_EQ(image.rgb, (std::vector<unsigned char>{10, 20, 30, 255, 255, 255, 204, 224, 244}));
    const Image grey = decoded(png_of({1, 1}, {.colour_type = PNG_COLOR_TYPE_GRAY_ALPHA}, {{0, 0}}));
    EXPECT_EQ(grey.rgb, (std::vector<unsigned char>{255, 255, 255}));
}

TEST(ImageCodec, EveryKindOfJpegIsDecoded) {
    const Image image = striped({64, 64});
    const std::string progressive = jpeg_of(image.size, {.progressive = true}, rows_of(image));
    EXPECT_EQ(decoded(progressive), decoded(jpeg_of(image.size, {}, rows_of(image))));
    const Image grey =
        decoded(jpeg_of({8, 8}, {.colours = JCS_GRAYSCALE}, std::vector(8, std::vector<unsigned char>(8, 90))));
    EXPECT_EQ(grey.rgb, std::vector<unsigned char>(8 * 8 * 3, 90));
    // libjpeg writes CMYK as Adobe's programs do, the ink that is left out: all cyan is none here.
    std::vector<unsigned char> row;
    for (int x = 0; x < 8; ++x) row.insert(row.end(), {255, 0, 255, 255});
    const Image ink = decoded(jpeg_of({8, 8}, {.colours = JCS_CMYK}, std::vector(8, row)));
    EXPECT_NEAR(ink.rgb[0], 255, 2);
    EXPECT_NEAR(ink.rgb[1], 0, 2);
    EXPECT_NEAR(ink.rgb[2], 255, 2);
}

TEST(ImageCodec, APictureTakenSidewaysIsPutUpright) {
    const Image stored = striped({64, 32});
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const std::string bytes = jpeg_of(stored.size, {.orientation = orientation}, rows_of(stored));
        const auto result = decode_to_fit(bytes, whole, CancellationToken());
        ASSERT_TRUE(result.has_value()) << result.error();
        const ImageSize size = orientation >= 5 ? ImageSize{32, 64} : ImageSize{64, 32};
        EXPECT_EQ(result->source, size) << orientation;
        EXPECT_EQ(result->image.size, size) << orientation;
        // Where the red stripe, which is stored on top, is seen.
        const auto is_red = [&](std::size_t x, std::size_t y) {
            const unsigned char* const pixel = result->image.row(y) + x * 3;
            return pixel[0] > 200 && pixel[1] < 60 && pixel[2] < 60;
        };
        const bool on_top = orientation == 1 || orientation == 2, below = orientation == 3 || orientation == 4;
        const bool left = orientation == 5 || orientation == 8;
        EXPECT_TRUE(is_red(on_top || below ? size.width / 2
                           : left          ? 1
                                           : size.width - 2,
                           on_top  ? 1
                           : below ? size.height - 2
                                   : size.height / 2))
            << orientation;
    }
}

TEST(Orientation, EachTurnMovesTheCornersWhereItMust) {
    Image image({2, 1});
    image.rgb = {1, 1, 1, 2, 2, 2};
    const auto turned = [&](int orientation) {
        const Image result = upright(image, orientation);
        EXPECT_EQ(result.size, orientation >= 5 ? (ImageSize{1, 2}) : (ImageSize{2, 1}));
        return std::pair<int, int>(result.rgb[0], result.rgb[3]);
    };
    using Two = std::pair<int, int>;
    EXPECT_EQ(turned(1), Two(1, 2));
    EXPECT_EQ(turned(2), Two(2, 1));
    EXPECT_EQ(turned(3), Two(2, 1));
    EXPECT_EQ(turned(4), Two(1, 2));
    EXPECT_EQ(turned(5), Two(1, 2));
    EXPECT_EQ(turned(6), Two(1, 2)) << "the left becomes the top";
    EXPECT_EQ(turned(7), Two(2, 1));
    EXPECT_EQ(turned(8), Two(2, 1));
}

TEST(Orientation, NonsenseIsUpright) {
    EXPECT_EQ(exif_orientation(""), 1);
    EXPECT_EQ(exif_orientation("II\x2a\0\xff\xff\xff\xff"sv), 1);
    EXPECT_EQ(exif_orientation("II\x2a\0\x08\0\0\0\xff\xff\x12\x01\x03\0"sv), 1) << "cut off";
    EXPECT_EQ(exif_orientation("MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"sv), 6) << "big-endian";
    EXPECT_EQ(exif_orientation("MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0"sv), 1);
}

TEST(BrokenImages, AreRefusedInOneLineThatSaysWhy) {
    EXPECT_EQ(refusal(""), "is empty");
    EXPECT_EQ(refusal("GIF89a"), "is neither a JPEG nor a PNG");
    const Image image = make_image(8, 0, {120, 90});
    const std::string png = *encode_png(image), jpeg = jpeg_of(image);
    EXPECT_EQ(refusal(png.substr(0, png.size() / 2)), "the file ends before its picture does");
    EXPECT_EQ(refusal(jpeg.substr(0, jpeg.size() / 2)), "Premature end of JPEG file");
    std::string flipped = png;
    flipped[png.size() / 2] ^= 1;
    EXPECT_NE(refusal(flipped), "accepted");
    EXPECT_EQ(refusal("\xff\xd8\xff\xd9"), "JPEG datastream contains no image");
    EXPECT_NE(refusal(jpeg.substr(0, 20)), "accepted");
    EXPECT_NE(refusal("\x89PNG\r\n\x1a\n"sv), "accepted");
}

TEST(BrokenImages, WhereverAFileIsCutOffNothingButAnErrorComesOfIt) {
    const Image image = make_image(9, 0, {40, 30});
    const std::string png = *encode_png(image), jpeg = jpeg_of(image);
    const std::string progressive = jpeg_of(image.size, {.progressive = true}, rows_of(image));
    // The last bytes say no more than that it ends.
    constexpr std::size_t png_end = 12, jpeg_end = 2;
    for (std::size_t length = 0; length < png.size() - png_end; ++length)
        EXPECT_NE(refusal(png.substr(0, length)), "accepted") << length << " of " << png.size();
    for (std::size_t length = 0; length < progressive.size() - jpeg_end; ++length)
        EXPECT_NE(refusal(progressive.substr(0, length)), "accepted") << length << " of " << progressive.size();
    // A JPEG whose last byte of pixels holds only padding is whole without it.
    for (std::size_t length = 0; length < jpeg.size() - jpeg_end - 1; ++length)
        EXPECT_NE(refusal(jpeg.substr(0, length)), "accepted") << length << " of " << jpeg.size();
    EXPECT_EQ(refusal(jpeg.substr(0, jpeg.size() - jpeg_end)), "accepted") << "only warned of";
}

TEST(BrokenImages, AnyByteMayBeWrongWithoutHarm) {
    const Image image = make_image(10, 0, {24, 16});
    for (std::string bytes :
         {*encode_png(image), jpeg_of(image), jpeg_of(image.size, {.progressive = true}, rows_of(image))})
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const char right = bytes[at];
            bytes[at] = static_cast<char>(~right);
            const auto result = decode_to_fit(bytes, 8, CancellationToken());
            if (result) {
                EXPECT_LE(std::max(result->image.size.width, result->image.size.height), 8U);
            } else {
                EXPECT_FALSE(result.error().empty());
            }
            bytes[at] = right;
        }
}

// A PNG of a few bytes can claim any size.
std::string png_that_claims(std::uint32_t width, std::uint32_t height) {
    std::string bytes = png_of({1, 1}, {}, {{1, 2, 3}});
    const auto put = [&](std::size_t at, std::uint32_t number) {
        for (int shift = 24; shift >= 0; shift -= 8) bytes[at++] = static_cast<char>(number >> shift);
    };
    put(16, width);
    put(20, height);
    const auto crc = crc32(0, reinterpret_cast<const unsigned char*>(bytes.data() + 12), 17);
    put(29, static_cast<std::uint32_t>(crc));
    return bytes;
}

TEST(HugeImages, ThatClaimMoreThanIsDecodedAreRefusedByTheirHeader) {
    EXPECT_EQ(refusal(png_that_claims(30'000, 30'000)),
              "claims to have 30000 x 30000 pixels; at most 1000000 on a side and 536870912 in all are decoded");
    EXPECT_TRUE(refusal(png_that_claims(1'000'001, 1)).starts_with("claims to have 1000001 x 1 pixels"));
    EXPECT_TRUE(refusal(png_that_claims(0x7fffffff, 0x7fffffff)).starts_with("claims to have 2147483647 x 2147483647"));
    EXPECT_EQ(refusal(png_that_claims(20'000, 20'000)), "Not enough image data") << "it is tried";
    std::string jpeg = jpeg_of(make_image(11, 0, {8, 8}));
    const std::size_t frame = jpeg.find("\xff\xc0\0\x11\x08"sv) + 5;
    jpeg.replace(frame, 4, "\xff\x00\xff\x00"sv);
    EXPECT_TRUE(refusal(jpeg).starts_with("claims to have 65280 x 65280 pixels")) << refusal(jpeg);
}

TEST(HugeImages, AProgressiveOneThatWouldHaveToBeHeldIsRefused) {
    std::string jpeg = jpeg_of({8, 8}, {.progressive = true}, rows_of(make_image(12, 0, {8, 8})));
    const std::size_t frame = jpeg.find("\xff\xc2\0\x11\x08"sv) + 5;
    jpeg.replace(frame, 4, "\x4e\x20\x4e\x20"sv);
    EXPECT_EQ(refusal(jpeg),
              "is progressive: its 20000 x 20000 pixels need 1144 MB at once; at most 512 are spent on a picture");
}

TEST(Decoding, EndsWhenItIsCancelled) {
    const Image image = make_image(13, 0, {64, 64});
    CancellationToken cancelled;
    cancelled.cancel();
    for (const std::string& bytes :
         {*encode_png(image), jpeg_of(image), jpeg_of(image.size, {.progressive = true}, rows_of(image))})
        EXPECT_THROW((void)decode_to_fit(bytes, 8, cancelled), Cancelled);
}

TEST(MadeImages, AreTheSameForTheSameSeedAndDifferOtherwise) {
    const Image image = make_image(1, 2, {50, 40});
    EXPECT_EQ(image, make_image(1, 2, {50, 40}));
    EXPECT_NE(image, make_image(1, 3, {50, 40}));
    EXPECT_NE(image, make_image(2, 2, {50, 40}));
}

}  // namespace
}  // namespace grainscope::workloads
