// PIPELINE: stages and channels, how full the channels are over time, and the bottleneck in a sentence.
#pragma once

#include <QWidget>

#include <ui/models/message_model.h>
#include <ui/models/slow_motion.h>
#include <ui/views/plot_source.h>

class QAction;
class QComboBox;
class QLabel;
class QPushButton;
class QScrollArea;
class QStackedLayout;
class QVBoxLayout;

namespace grainscope::ui {

class Card;
class ChannelStrips;
class EmptyState;
class LanesView;
class MessageLife;
class PipelineDiagramView;
class Workspace;

class PipelineView : public QWidget, public View {
    Q_OBJECT

  public:
    /// `run` is the action that fills the view.
    PipelineView(Workspace& workspace, QAction* run, QWidget* parent = nullptr);

    /// The workspace has pulled new data: the next picture of a run in progress.
    void takeFrame();
    /// The visible range, the cursor or the recording is another: repaints everything.
    void takeChange() override;
    /// Figures in words: a few times a second is as often as they can be read.
    void takeReadouts();
    [[nodiscard]] std::vector<PlotSource> plots() override;
    [[nodiscard]] PipelineDiagramView& diagram() { return *diagram_; }
    [[nodiscard]] ChannelStrips& strips() { return *strips_; }
    [[nodiscard]] LifeModel& life() { return life_; }
    [[nodiscard]] SlowMotion& motion() { return motion_; }

  private:
    QWidget* makeControls();
    void makeFilled(QVBoxLayout& column);
    void takeDiagram();
    void takeMotion();
    void toggleMotion();
    void dress();

    Workspace& workspace_;
    MessageModel messages_;
    LifeModel life_;
    SlowMotion motion_;
    QStackedLayout* stack_;
    QLabel* sentence_;
    QPushButton* play_;
    QComboBox* slowdown_;
    QLabel* moment_;
    Card* diagramCard_;
    Card* lifeCard_;
    Card* stripsCard_;
    PipelineDiagramView* diagram_;
    MessageLife* lifeBar_;
    ChannelStrips* strips_;
    LanesView* lanes_;
    QScrollArea* lanesScroll_;
    QString hovered_;
    bool slowdownIsChosen_ = false;
};

}  // namespace grainscope::ui
