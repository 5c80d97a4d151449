// Slow motion: the shared cursor moves through the recording by itself, so slowly that single messages can be followed.
#pragma once

#include <vector>

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "ui/models/time_navigator.h"

namespace grainscope::ui {

class SlowMotion : public QObject {
    Q_OBJECT
  public:
    explicit SlowMotion(TimeNavigator& time, QObject* parent = nullptr);

    /// How many times slower than it was: 1, 10, 100 ...
    [[nodiscard]] static const std::vector<int>& slowdowns();
    [[nodiscard]] int slowdown() const { return slowdown_; }
    void setSlowdown(int slowdown);
    /// The slowdown at which something that took so long takes about `seconds`.
    [[nodiscard]] static int slowdownFor(double nanoseconds, double seconds = 6);

    [[nodiscard]] bool isPlaying() const { return ticks_.isActive(); }
    /// Plays from the cursor, or from the begin of the visible range where there is none or where it is at the end.
    void play();
    void pause();
    void toggle() { isPlaying() ? pause() : play(); }
    /// Moves on as if so much time had passed; what the clock does while it plays.
    void advance(Nanoseconds passed);

  Q_SIGNALS:
    void playingChanged(bool playing);
    void slowdownChanged(int slowdown);

  private:
    TimeNavigator& time_;
    QTimer ticks_;
    QElapsedTimer clock_;
    int slowdown_ = 100;
    double rest_ = 0;  ///< what a step left over of a nanosecond
};

}  // namespace grainscope::ui
