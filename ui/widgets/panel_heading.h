// The title of a panel: small capitals in the muted colour.
#pragma once

#include <QLabel>

namespace grainscope::ui {

class PanelHeading : public QLabel {
    Q_OBJECT

  public:
    explicit PanelHeading(const QString& text, QWidget* parent = nullptr);

  private:
    void dress();
};

}  // namespace grainscope::ui
