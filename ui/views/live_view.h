// LIVE: the data itself, how busy the workers are, and what each of them does.
#pragma once

#include <QWidget>

#include <ui/views/plot_source.h>

class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace grainscope::ui {

class Card;
class DataPane;
class LanesView;
class Legend;
class OverviewStrip;
class UtilisationPlot;
class Workspace;

class LiveView : public QWidget, public View {
    Q_OBJECT

  public:
    explicit LiveView(Workspace& workspace, QWidget* parent = nullptr);

    /// The workspace has pulled new data: the next picture of a run in progress.
    void takeFrame();
    /// The visible range, the cursor or the recording is another: repaints everything.
    void takeChange() override;
    /// Figures in words: a few times a second is as often as they can be read.
    void takeReadouts();
    [[nodiscard]] double replotMilliseconds() const;
    [[nodiscard]] std::vector<PlotSource> plots() override;
    [[nodiscard]] LanesView& lanes() { return *lanes_; }

  private:
    void dress();
    void takeLaneCount();
    void takePicture();
    [[nodiscard]] QString busyTitle() const;

    Workspace& workspace_;
    Card* dataCard_;
    Card* busyCard_;
    DataPane* data_;
    UtilisationPlot* utilisation_;
    OverviewStrip* overview_;
    LanesView* lanes_;
    Legend* legend_;
    QVBoxLayout* column_;
    QLabel* timelineTitle_;
    QLabel* timelineReadout_;
    QScrollArea* lanesScroll_;
    QString hovered_;
    bool utilisationIsDue_ = true;
};

}  // namespace grainscope::ui
