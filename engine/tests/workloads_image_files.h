// Pictures for tests: known ones, encoded ones of every kind, and a decoder that shares nothing with libjpeg.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <jpeglib.h>
#include <png.h>
#include <stb/stb_image.h>

#include <grainscope/workloads/image_codec.h>
#include <grainscope/workloads/made_images.h>

namespace grainscope::testing {

using workloads::Image;
using workloads::ImageSize;

/// Red over green over blue over white, each a quarter of the height: which way up it is can be seen.
inline Image striped(ImageSize size) {
    constexpr unsigned char colours[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};
    Image image(size);
    for (std::size_t y = 0; y < size.height; ++y)
        for (std::size_t x = 0; x < size.width * 3; ++x) image.row(y)[x] = colours[4 * y / size.height][x % 3];
    return image;
}

inline std::string jpeg_of(const Image& image, int quality = 90) { return *workloads::encode_jpeg(image, quality); }

/// A JPEG as stb_image decodes it, which was written without libjpeg.
inline Image independently_decoded(std::string_view bytes) {
    int width = 0, height = 0, colours = 0;
    unsigned char* const pixels = stbi_load_from_memory(reinterpret_cast<const unsigned char*>(bytes.data()),
                                                        static_cast<int>(bytes.size()), &width, &height, &colours, 3);
    EXPECT_NE(pixels, nullptr) << stbi_failure_reason();
    if (pixels == nullptr) return {};
    Image image({static_cast<std::size_t>(width), static_cast<std::size_t>(height)});
    image.rgb.assign(pixels, pixels + image.rgb.size());
    stbi_image_free(pixels);
    return image;
}

/// What a PNG may be like.
struct PngKind {
    int colour_type = PNG_COLOR_TYPE_RGB;
    int bits = 8;
    int interlace = PNG_INTERLACE_NONE;
};

/// A PNG of this kind whose rows are given as the file holds them.
inline std::string png_of(ImageSize size, PngKind kind, std::vector<std::vector<unsigned char>> rows) {
    std::string bytes;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &bytes,
        [](png_structp writer, png_bytep data, std::size_t count) {
            static_cast<std::string*>(png_get_io_ptr(writer))->append(reinterpret_cast<char*>(data), count);
        },
        nullptr);
    png_set_IHDR(png, info, static_cast<png_uint_32>(size.width), static_cast<png_uint_32>(size.height), kind.bits,
                 kind.colour_type, kind.interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (kind.colour_type == PNG_COLOR_TYPE_PALETTE) {
        const png_color palette[] = {{255, 0, 0}, {0, 0, 255}};
        png_set_PLTE(png, info, palette, 2);
    }
    png_write_info(png, info);
    std::vector<png_bytep> pointers;
    for (auto& row : rows) pointers.push_back(row.data());
    png_write_image(png, pointers.data());
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return bytes;
}

/// The rows of an RGB picture.
inline std::vector<std::vector<unsigned char>> rows_of(const Image& image) {
    std::vector<std::vector<unsigned char>> rows;
    for (std::size_t y = 0; y < image.size.height; ++y)
        rows.emplace_back(image.row(y), image.row(y) + image.size.width * 3);
    return rows;
}

/// What the encoder of the tests may do that that of the thumbnails does not.
struct JpegKind {
    J_COLOR_SPACE colours = JCS_RGB;
    bool progressive = false;
    int orientation = 0;  ///< in an Exif block, little-endian; 0: without one
};

/// A JPEG of this kind from rows as `colours` has them.
inline std::string jpeg_of(ImageSize size, JpegKind kind, std::vector<std::vector<unsigned char>> rows) {
    using namespace std::string_view_literals;
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* buffer = nullptr;
    unsigned long length = 0;
    jpeg_mem_dest(&info, &buffer, &length);
    info.image_width = static_cast<JDIMENSION>(size.width);
    info.image_height = static_cast<JDIMENSION>(size.height);
    info.in_color_space = kind.colours;
    info.input_components = kind.colours == JCS_CMYK ? 4 : kind.colours == JCS_GRAYSCALE ? 1 : 3;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 95, TRUE);
    if (kind.progressive) jpeg_simple_progression(&info);
    jpeg_start_compress(&info, TRUE);
    if (kind.orientation != 0) {
        std::string exif("Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0?\0\0\0\0\0\0\0"sv);
        exif[exif.find('?')] = static_cast<char>(kind.orientation);
        jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const unsigned char*>(exif.data()),
                          static_cast<unsigned>(exif.size()));
    }
    for (auto& row : rows) {
        unsigned char* pointer = row.data();
        jpeg_write_scanlines(&info, &pointer, 1);
    }
    jpeg_finish_compress(&info);
    std::string bytes(reinterpret_cast<char*>(buffer), length);
    jpeg_destroy_compress(&info);
    std::free(buffer);
    return bytes;
}

}  // namespace grainscope::testing
