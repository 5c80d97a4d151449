// Which figure of a study stands on the vertical axis: the one it is about, or another that its runs tell.
#pragma once

#include <optional>
#include <span>

#include <QComboBox>

#include <ui/models/run_figures.h>

namespace grainscope::ui {

class FigureChoice : public QComboBox {
    Q_OBJECT

  public:
    /// `own` names what the plot shows where nothing else is chosen.
    explicit FigureChoice(const QString& own, QWidget* parent = nullptr);

    /// Offers these besides; hidden where there are none. What was chosen stays chosen while it is among them.
    void offer(std::span<const RunFigure> figures);
    /// None: the plot's own.
    [[nodiscard]] std::optional<RunFigure> chosen() const;

  Q_SIGNALS:
    void chosenChanged();

  private:
    std::vector<RunFigure> figures_;
};

}  // namespace grainscope::ui
