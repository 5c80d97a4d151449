// What a view can export.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include <QString>

class QAbstractItemModel;

namespace grainscope::ui {

struct PlotSource {
    QString name;                                              ///< "Busy workers"
    std::function<QString(const QString& path)> writePicture;  ///< PNG, SVG or PDF; an empty string or what went wrong
    QAbstractItemModel* table;                                 ///< the same as figures
};

/// Writes a source to a file, as its suffix says: .png, .svg, .pdf or .csv. Returns an empty string, or what went
/// wrong.
[[nodiscard]] QString exportSource(const PlotSource& source, const QString& path);

/// What the window's central area needs of a view.
class View {
  public:
    virtual ~View() = default;
    /// The pictures that can be exported.
    [[nodiscard]] virtual std::vector<PlotSource> plots() = 0;
    /// Draws anew what the model says.
    virtual void takeChange() = 0;
    /// While held, a change of the model waits: what is being measured does not share the processor with drawing.
    /// Letting go shows what has waited.
    void setHeld(bool held) {
        held_ = held;
        if (!held && std::exchange(waits_, false)) takeChange();
    }

  protected:
    void takeModelChange() {
        if (held_)
            waits_ = true;
        else
            takeChange();
    }

  private:
    bool held_ = false;
    bool waits_ = false;
};

}  // namespace grainscope::ui
