// A picture of a view as a file: PNG, SVG or PDF.
#pragma once

#include <functional>

#include <QString>

class QPaintDevice;
class QSize;
class QWidget;

namespace grainscope::ui {

/// Writes what `paint` draws on a device of `size` to `path`, in the format of its suffix; a PNG has twice the pixels.
/// Nothing is left at `path` half-written. Returns an empty string, or one line that says what went wrong.
[[nodiscard]] QString writePicture(const QString& path, const QSize& size,
                                   const std::function<void(QPaintDevice&, const QSize&)>& paint);

/// The same for a widget as it stands.
[[nodiscard]] QString writePicture(const QString& path, QWidget& widget);

}  // namespace grainscope::ui
