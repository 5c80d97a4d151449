// JPEG by libjpeg-turbo, through the interface of libjpeg: it gives rows as they come, and tells warnings from errors.
#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>

#include <grainscope/workloads/image_codec.h>
#include <grainscope/workloads/image_orientation.h>

namespace grainscope::workloads {

namespace {

/// Where the library goes back to on an error, and what it said.
struct JpegErrors : jpeg_error_mgr {
    JpegErrors() {
        jpeg_std_error(this);
        error_exit = [](j_common_ptr info) {
            JpegErrors& errors = of(info);
            info->err->format_message(info, errors.message);
            errors.go_back();
        };
        emit_message = [](j_common_ptr info, int level) { of(info).note(info, level); };
        output_message = [](j_common_ptr) {};
    }
    static JpegErrors& of(j_common_ptr info) { return *static_cast<JpegErrors*>(info->err); }

    [[noreturn]] void go_back() { std::longjmp(back, 1); }

    // The library goes on after a warning, with grey for what it lacks.
    void note(j_common_ptr info, int level) {
        if (level >= 0 || (msg_code != JWRN_JPEG_EOF && msg_code != JWRN_HIT_MARKER)) return;
        if (!is_cut_off && !is_incomplete) format_message(info, message);
        (msg_code == JWRN_JPEG_EOF ? is_cut_off : is_incomplete) = true;
    }

    /// Runs step(), which calls the library and owns nothing; false if it ended in an error.
    template <class Step>
    [[nodiscard]] bool attempt(Step&& step) {
        if (setjmp(back) != 0) return false;
        step();
        return true;
    }

    std::jmp_buf back;
    char message[JMSG_LENGTH_MAX] = "";
    bool is_cut_off = false;     ///< the data end before the mark of the end
    bool is_incomplete = false;  ///< pixels are missing
};

class JpegReader {
  public:
    JpegReader(std::string_view bytes, const CancellationToken& cancel) : bytes_(bytes), cancel_(cancel) {
        info_.err = &errors_;
    }
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;
    ~JpegReader() { jpeg_destroy_decompress(&info_); }

    std::expected<ReducedImage, std::string> read(std::size_t longest_side) {
        if (!read_header()) return failure();
        const ImageSize size{info_.image_width, info_.image_height};
        if (std::string why = detail::why_too_large(size); !why.empty()) return std::unexpected(std::move(why));
        const bool is_held = jpeg_has_multiple_scans(&info_);
        if (is_held && held_bytes() > most_held_bytes) {
            return std::unexpected(
                fmt::format("is progressive: its {} x {} pixels need {} MB at once; at most {} are "
                            "spent on a picture",
                            size.width, size.height, held_bytes() >> 20, most_held_bytes >> 20));
        }
        const int orientation = noted_orientation();
        const ImageSize target = fit_inside(size, {longest_side, longest_side});
        choose_output(target);
        if (!errors_.attempt([this] { jpeg_start_decompress(&info_); })) return failure();
        BoxScaler scaler({info_.output_width, info_.output_height}, target);
        if (!read_rows(scaler)) return failure();
        // A picture of several scans that ends early may lack a scan as a whole.
        if (errors_.is_incomplete || (is_held && errors_.is_cut_off)) return failure();
        return ReducedImage{upright(scaler.finish(), orientation),
                            swaps_sides(orientation) ? ImageSize{size.height, size.width} : size};
    }

  private:
    struct Progress : jpeg_progress_mgr {
        const CancellationToken* cancel = nullptr;
        bool cancelled = false;
    };

    bool read_header() {
        return errors_.attempt([this] {
            jpeg_create_decompress(&info_);
            watch();
            jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size());
            jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xffff);
            jpeg_read_header(&info_, TRUE);
        });
    }

    // The library calls back once a row of blocks, also while it reads all scans of a progressive picture.
    void watch() {
        progress_.cancel = &cancel_;
        progress_.progress_monitor = [](j_common_ptr info) {
            constexpr int most_scans = 1000;  // more than any encoder makes: each costs as much as a picture
            auto& progress = *static_cast<Progress*>(info->progress);
            progress.cancelled = progress.cancel->is_cancelled();
            JpegErrors& errors = JpegErrors::of(info);
            if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > most_scans)
                std::snprintf(errors.message, sizeof errors.message, "has more than %d scans", most_scans);
            else if (!progress.cancelled)
                return;
            errors.go_back();
        };
        info_.progress = &progress_;
    }

    [[nodiscard]] std::size_t held_bytes() const {
        std::size_t blocks = 0;
        for (int i = 0; i < info_.num_components; ++i)
            blocks += std::size_t{info_.comp_info[i].width_in_blocks} * info_.comp_info[i].height_in_blocks;
        return blocks * sizeof(JBLOCK);
    }

    [[nodiscard]] int noted_orientation() const {
        using namespace std::string_view_literals;
        constexpr std::string_view exif = "Exif\0\0"sv;
        for (const jpeg_marker_struct* marker = info_.marker_list; marker != nullptr; marker = marker->next) {
            const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
            if (data.starts_with(exif)) return exif_orientation(data.substr(exif.size()));
        }
        return 1;
    }

    void choose_output(ImageSize target) {
        info_.scale_num = 1;
        info_.scale_denom = 1;
        // Where a side is not a multiple, its last pixel stands for less than the others: too little to matter among
        // many.
        constexpr unsigned many = 64;
        const auto is_enough = [](unsigned side, unsigned denominator, std::size_t needed) {
            const unsigned reduced = (side + denominator - 1) / denominator;
            return reduced >= needed && (side % denominator == 0 || reduced >= many);
        };
        for (const unsigned denominator : {2U, 4U, 8U})
            if (is_enough(info_.image_width, denominator, target.width) &&
                is_enough(info_.image_height, denominator, target.height))
                info_.scale_denom = denominator;
        // The library does not turn ink into light.
        is_ink_ = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
        info_.out_color_space = is_ink_ ? JCS_CMYK : JCS_RGB;
    }

    bool read_rows(BoxScaler& scaler) {
        std::vector<unsigned char> row(std::size_t{info_.output_width} * (is_ink_ ? 4 : 3));
        unsigned char* rows[] = {row.data()};
        return errors_.attempt([&] {
            while (info_.output_scanline < info_.output_height) {
                const std::size_t y = info_.output_scanline;
                jpeg_read_scanlines(&info_, rows, 1);
                if (is_ink_) turn_to_light(rows[0]);
                scaler.add_row(y, rows[0]);
            }
        });
    }

    // In place: three bytes for four. Adobe's programs write the ink that is left out.
    void turn_to_light(unsigned char* row) const {
        const unsigned flip = info_.saw_Adobe_marker ? 0 : 255;
        const unsigned char* ink = row;
        for (unsigned x = 0; x < info_.output_width; ++x, ink += 4, row += 3) {
            const unsigned key = ink[3] ^ flip;
            for (int colour = 0; colour < 3; ++colour)
                row[colour] = static_cast<unsigned char>(((ink[colour] ^ flip) * key + 127) / 255);
        }
    }

    [[nodiscard]] std::unexpected<std::string> failure() const {
        if (progress_.cancelled) throw Cancelled();
        return std::unexpected<std::string>(errors_.message);
    }

    std::string_view bytes_;
    const CancellationToken& cancel_;
    JpegErrors errors_;
    Progress progress_;
    jpeg_decompress_struct info_{};
    bool is_ink_ = false;
};

class JpegWriter {
  public:
    JpegWriter() { info_.err = &errors_; }
    JpegWriter(const JpegWriter&) = delete;
    JpegWriter& operator=(const JpegWriter&) = delete;
    ~JpegWriter() {
        jpeg_destroy_compress(&info_);
        std::free(buffer_);  // NOLINT(cppcoreguidelines-no-malloc): the library's
    }

    std::expected<std::string, std::string> write(const Image& image, int quality) {
        const bool written = errors_.attempt([&] {
            jpeg_create_compress(&info_);
            jpeg_mem_dest(&info_, &buffer_, &size_);
            info_.image_width = static_cast<JDIMENSION>(image.size.width);
            info_.image_height = static_cast<JDIMENSION>(image.size.height);
            info_.input_components = 3;
            info_.in_color_space = JCS_RGB;
            jpeg_set_defaults(&info_);
            jpeg_set_quality(&info_, quality, TRUE);
            jpeg_start_compress(&info_, TRUE);
            while (info_.next_scanline < info_.image_height) {
                JSAMPROW row = const_cast<JSAMPROW>(image.row(info_.next_scanline));  // only read
                jpeg_write_scanlines(&info_, &row, 1);
            }
            jpeg_finish_compress(&info_);
        });
        if (!written) return std::unexpected<std::string>(errors_.message);
        return std::string(reinterpret_cast<const char*>(buffer_), size_);
    }

  private:
    JpegErrors errors_;
    jpeg_compress_struct info_{};
    unsigned char* buffer_ = nullptr;
    unsigned long size_ = 0;
};

}  // namespace

std::expected<ReducedImage, std::string> detail::decode_jpeg(std::string_view bytes, std::size_t longest_side,
                                                             const CancellationToken& cancel) {
    return JpegReader(bytes, cancel).read(longest_side);
}

std::expected<std::string, std::string> encode_jpeg(const Image& image, int quality) {
    return JpegWriter().write(image, quality);
}

}  // namespace grainscope::workloads
