// A folder of pictures in, a folder of thumbnails out.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/workloads/file_bytes.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

/// A picture as a file holds it.
struct EncodedImage {
    std::string name;   ///< what a failure calls it: the file's path
    std::string bytes;  ///< empty if it could not be read
    std::string error;  ///< why it could not
};

/// Reads the files of a folder that are called *.jpg, *.jpeg or *.png, in either case, in the order of their names;
/// what lies in folders below it and what is called otherwise is left out. A file that cannot be read has an `error`.
/// No folder, or one without such a file, is Failure::Kind::file; more than the memory that is free is
/// Failure::Kind::memory.
[[nodiscard]] std::expected<std::vector<EncodedImage>, Failure> read_images(const std::string& folder);

/// Whether thumbnails of the files in `input` (none if empty) can go to the folder `output`: it is there, or the folder
/// it is to lie in is, and it is not `input` itself.
[[nodiscard]] std::expected<void, Failure> check_output_folder(const std::string& output, const std::string& input);

/// What the thumbnails of these files are called, one after the other: "a.jpg" for "in/a.png"; where that is taken
/// already, "a.png.jpg", then "a.png.2.jpg" and so on. Names that differ in nothing but case count as the same.
[[nodiscard]] std::vector<std::string> thumbnail_names(std::span<const EncodedImage> images);

}  // namespace grainscope::workloads
