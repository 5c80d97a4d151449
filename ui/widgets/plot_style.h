// QCustomPlot in the theme's colours, at the cost that a live plot can afford.
#pragma once

class QCPAxis;
class QCustomPlot;
class QString;

namespace grainscope::ui {

/// Fast polylines, no antialiased fills, no frame: once, when the plot is made. The plot gets no interaction: its view
/// adds what it wants.
void preparePlot(QCustomPlot& plot);

/// Colours and type of the present theme. Call it again on Theme::changed.
void dressPlot(QCustomPlot& plot);
void dressAxis(QCPAxis& axis);

/// Writes the plot as PNG, SVG or PDF, as the file's suffix says. Returns an empty string, or what went wrong.
[[nodiscard]] QString exportPlot(QCustomPlot& plot, const QString& path);

}  // namespace grainscope::ui
