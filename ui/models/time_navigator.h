// What part of time is on show: shared by every view with a time axis.
#pragma once

#include <optional>
#include <vector>

#include <QObject>

#include <grainscope/trace/analysis.h>
#include <grainscope/trace/recording.h>

namespace grainscope::ui {

using trace::Nanoseconds;

/// A half-open stretch of time, [begin, end).
struct TimeRange : trace::TimeRange {
    [[nodiscard]] Nanoseconds length() const { return end - begin; }
    [[nodiscard]] bool isEmpty() const { return end <= begin; }
    [[nodiscard]] bool contains(Nanoseconds time) const { return time >= begin && time < end; }
    friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

/// The visible range, the cursor, the selection, and the way back. While following, the range tracks the end of a
/// growing recording: it grows in steps (1, 2, 5, 10 ... ) until it is followSpan() long, then it scrolls. Any zoom or
/// pan ends following.
class TimeNavigator : public QObject {
    Q_OBJECT
  public:
    /// The narrowest range that can be shown.
    static constexpr Nanoseconds shortestRange = 100;

    explicit TimeNavigator(QObject* parent = nullptr);

    /// How far the recording reaches; 0 for an empty one.
    void setEnd(Nanoseconds end);
    [[nodiscard]] Nanoseconds end() const { return end_; }
    /// Forgets everything for a new recording: follows it if it lives, else shows all of it.
    void restart(bool live, Nanoseconds end = 0);

    [[nodiscard]] TimeRange visible() const { return visible_; }
    [[nodiscard]] std::optional<Nanoseconds> cursor() const { return cursor_; }
    [[nodiscard]] std::optional<TimeRange> selection() const { return selection_; }

    /// Shows a range, brought inside the recording; one step on the zoom stack. Ends following.
    void show(TimeRange range);
    /// Shows all of the recording.
    void fit();
    /// factor > 1 zooms in; `anchor` stays where it is.
    void zoom(double factor, Nanoseconds anchor);
    /// Moves by a fraction of the visible length (negative: back).
    void pan(double fraction);
    void zoomToSelection();
    /// The zoom stack. Consecutive zooms and pans within one gesture are one step: see endGesture().
    void undo();
    void redo();
    [[nodiscard]] bool canUndo() const { return !past_.empty(); }
    [[nodiscard]] bool canRedo() const { return !future_.empty(); }
    /// The next zoom or pan is a step of its own on the stack (a wheel came to rest, a key was released).
    void endGesture();

    void setCursor(std::optional<Nanoseconds> time);
    void setSelection(std::optional<TimeRange> range);

    void setFollowing(bool following);
    [[nodiscard]] bool isFollowing() const { return following_; }
    /// The longest range shown while following; 10 s unless told.
    void setFollowSpan(Nanoseconds span);
    [[nodiscard]] Nanoseconds followSpan() const { return followSpan_; }

  Q_SIGNALS:
    void visibleChanged();
    void cursorChanged();
    void selectionChanged();
    void followingChanged(bool following);
    void historyChanged();

  private:
    void move(TimeRange range, bool gesture);
    void apply(TimeRange range);
    void follow();

    Nanoseconds end_ = 0;
    Nanoseconds followSpan_ = 10'000'000'000;
    TimeRange visible_{0, 1'000'000'000};
    std::optional<Nanoseconds> cursor_;
    std::optional<TimeRange> selection_;
    std::vector<TimeRange> past_, future_;
    bool following_ = false;
    bool inGesture_ = false;
};

}  // namespace grainscope::ui
