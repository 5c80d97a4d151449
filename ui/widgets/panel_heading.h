// The title of a panel: small capitals in the muted colour.
#pragma once

#include <QLabel>

namespace grainscope::ui {

class PanelHeading : public QLabel {
    Q_OBJECT

  public:
    explicit PanelHeading(const QString& words, QWidget* parent = nullptr);

    /// Words become capitals; a figure behind them keeps its unit as it is written.
    void setHeading(const QString& words, const QString& figure = {});

  private:
    void dress();
};

}  // namespace grainscope::ui
