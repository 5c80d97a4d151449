// The bar at the bottom: a dot and the state as a sentence at the left, what the window itself costs at the right.
#pragma once

#include <cstdint>

#include <QStatusBar>

class QLabel;

namespace grainscope::ui {

class StatusDot;
class Workspace;

class StatusLine : public QStatusBar {
    Q_OBJECT

  public:
    explicit StatusLine(Workspace& workspace, QWidget* parent = nullptr);

    /// Reads the figures again; `frameMilliseconds` is what the last picture cost. A few times a second.
    void takeReadouts(double frameMilliseconds);
    /// The share of one core that this process has used over the last second or so; negative before it is known.
    [[nodiscard]] double ownShare() const { return ownShare_; }

  private:
    void takeState();
    void takeOwnShare();
    void dress();

    Workspace& workspace_;
    StatusDot* dot_;
    QLabel* sentence_;
    QLabel* figures_;
    std::int64_t cpuMark_ = 0, wallMark_ = 0;
    double ownShare_ = -1;
};

}  // namespace grainscope::ui
