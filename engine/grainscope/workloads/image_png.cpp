// PNG by libpng, row by row.
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include <png.h>

#include <grainscope/workloads/image_codec.h>
#include <grainscope/workloads/image_orientation.h>

namespace grainscope::workloads {

namespace {

class PngReader {
  public:
    PngReader(std::string_view bytes, const CancellationToken& cancel) : left_(bytes), cancel_(cancel) {
        png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, [](png_structp, png_const_charp) {});
        if (png_ != nullptr) info_ = png_create_info_struct(png_);
    }
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;
    ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

    std::expected<ReducedImage, std::string> read(std::size_t longest_side) {
        if (info_ == nullptr) return std::unexpected("the system has no memory left to decode it");
        if (!read_header()) return failure();
        const ImageSize size{png_get_image_width(png_, info_), png_get_image_height(png_, info_)};
        if (std::string why = detail::why_too_large(size); !why.empty()) return std::unexpected(std::move(why));
        if (!choose_output()) return failure();
        BoxScaler scaler(size, fit_inside(size, {longest_side, longest_side}));
        if (!(is_interlaced_ ? read_passes(scaler, size) : read_rows(scaler, size))) return failure();
        return ReducedImage{upright(scaler.finish(), orientation_),
                            swaps_sides(orientation_) ? ImageSize{size.height, size.width} : size};
    }

  private:
    static void on_error(png_structp png, png_const_charp message) {
        auto& reader = *static_cast<PngReader*>(png_get_error_ptr(png));
        std::snprintf(reader.message_, sizeof reader.message_, "%s", message);
        png_longjmp(png, 1);
    }
    static void on_read(png_structp png, png_bytep to, std::size_t count) {
        std::string_view& left = static_cast<PngReader*>(png_get_io_ptr(png))->left_;
        if (left.size() < count) png_error(png, "the file ends before its picture does");
        std::memcpy(to, left.data(), count);
        left.remove_prefix(count);
    }

    // Runs step(), which calls the library and owns nothing; false if it ended in an error.
    template <class Step>
    [[nodiscard]] bool attempt(Step&& step) {
        if (setjmp(png_jmpbuf(png_)) != 0) return false;
        step();
        return true;
    }

    bool read_header() {
        return attempt([this] {
            png_set_read_fn(png_, this, on_read);
            png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // ours have a clearer message
            png_read_info(png_, info_);
        });
    }

    // Eight bits a colour, three or four colours a pixel, whatever the file holds.
    bool choose_output() {
        return attempt([this] {
            png_bytep exif = nullptr;
            png_uint_32 exif_size = 0;
            if (png_get_eXIf_1(png_, info_, &exif_size, &exif) != 0)
                orientation_ = exif_orientation({reinterpret_cast<const char*>(exif), exif_size});
            is_interlaced_ = png_get_interlace_type(png_, info_) != PNG_INTERLACE_NONE;
            png_set_expand(png_);
            png_set_scale_16(png_);
            png_set_gray_to_rgb(png_);
            png_read_update_info(png_, info_);
            has_alpha_ = png_get_channels(png_, info_) == 4;
        });
    }

    bool read_rows(BoxScaler& scaler, ImageSize size) {
        std::vector<unsigned char> row(png_get_rowbytes(png_, info_));
        unsigned char* const pixels = row.data();
        return attempt([&] {
            for (std::size_t y = 0; y < size.height; ++y) {
                read_row(pixels, size.width);
                scaler.add_row(y, pixels);
            }
        });
    }

    // An interlaced picture comes as seven small ones (Adam7); each pixel of the large one is in one of them.
    bool read_passes(BoxScaler& scaler, ImageSize size) {
        std::vector<unsigned char> row(png_get_rowbytes(png_, info_));
        unsigned char* const pixels = row.data();
        return attempt([&] {
            for (unsigned pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; ++pass) {
                const std::size_t columns = PNG_PASS_COLS(size.width, pass);
                const std::size_t rows = columns == 0 ? 0 : PNG_PASS_ROWS(size.height, pass);
                for (std::size_t y = 0; y < rows; ++y) {
                    read_row(pixels, columns);
                    scaler.add_pixels(PNG_ROW_FROM_PASS_ROW(y, pass), PNG_PASS_START_COL(pass),
                                      std::size_t{1} << PNG_PASS_COL_SHIFT(pass), columns, pixels);
                }
            }
        });
    }

    void read_row(unsigned char* pixels, std::size_t count) {
        cancel_.throw_if_cancelled();
        png_read_row(png_, pixels, nullptr);
        if (has_alpha_) lay_on_white(pixels, count);
    }

    // In place: three bytes for four.
    static void lay_on_white(unsigned char* row, std::size_t count) {
        const unsigned char* from = row;
        for (std::size_t x = 0; x < count; ++x, from += 4, row += 3) {
            const unsigned alpha = from[3];
            for (int colour = 0; colour < 3; ++colour)
                row[colour] = static_cast<unsigned char>((from[colour] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }

    [[nodiscard]] std::unexpected<std::string> failure() const { return std::unexpected<std::string>(message_); }

    std::string_view left_;
    const CancellationToken& cancel_;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
    char message_[256] = "";
    int orientation_ = 1;
    bool is_interlaced_ = false;
    bool has_alpha_ = false;
};

}  // namespace

std::expected<ReducedImage, std::string> detail::decode_png(std::string_view bytes, std::size_t longest_side,
                                                            const CancellationToken& cancel) {
    return PngReader(bytes, cancel).read(longest_side);
}

std::expected<std::string, std::string> encode_png(const Image& image) {
    png_image description{};
    description.version = PNG_IMAGE_VERSION;
    description.width = static_cast<png_uint_32>(image.size.width);
    description.height = static_cast<png_uint_32>(image.size.height);
    description.format = PNG_FORMAT_RGB;
    description.flags = PNG_IMAGE_FLAG_FAST;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(description);
    std::string bytes(size, '\0');
    if (png_image_write_to_memory(&description, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr) == 0)
        return std::unexpected<std::string>(description.message);
    bytes.resize(size);
    bytes.shrink_to_fit();
    return bytes;
}

}  // namespace grainscope::workloads
