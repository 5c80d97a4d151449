#include <ui/views/figure_choice.h>

#include <algorithm>

#include <QSignalBlocker>

namespace grainscope::ui {

FigureChoice::FigureChoice(const QString& own, QWidget* parent) : QComboBox(parent) {
    setObjectName(QStringLiteral("figureChoice"));
    setAccessibleName(tr("Vertical axis"));
    setToolTip(tr("What the vertical axis shows"));
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
    addItem(own);
    hide();
    connect(this, &QComboBox::activated, this, &FigureChoice::chosenChanged);
}

void FigureChoice::offer(std::span<const RunFigure> figures) {
    setVisible(!figures.empty());
    if (std::ranges::equal(figures, figures_, {}, &RunFigure::name, &RunFigure::name)) return;
    const auto before = chosen();
    const QSignalBlocker block(this);
    while (count() > 1) removeItem(count() - 1);
    figures_.assign(figures.begin(), figures.end());
    setCurrentIndex(0);
    for (std::size_t i = 0; i < figures_.size(); ++i) {
        addItem(figures_[i].label);
        if (before && figures_[i].name == before->name) setCurrentIndex(static_cast<int>(i) + 1);
    }
}

std::optional<RunFigure> FigureChoice::chosen() const {
    const int figure = currentIndex() - 1;
    return figure < 0 || figure >= std::ssize(figures_) ? std::nullopt
                                                        : std::optional(figures_[static_cast<std::size_t>(figure)]);
}

}  // namespace grainscope::ui
