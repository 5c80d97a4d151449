// A sentence inside the window that something went wrong, instead of a box on top of it.
#pragma once

#include <functional>

#include <QWidget>

class QLabel;
class QPushButton;
class QToolButton;

namespace grainscope::ui {

class Banner : public QWidget {
    Q_OBJECT

  public:
    enum class Tone { loss, wrong, right };

    explicit Banner(QWidget* parent = nullptr);

    /// Shows `sentence` until it is dismissed, replaced or cleared.
    void showSentence(const QString& sentence, Tone tone = Tone::loss);
    /// The same with a button; `action` runs once, then the banner goes.
    void showSentence(const QString& sentence, Tone tone, const QString& button, std::function<void()> action);
    void clear();
    [[nodiscard]] QString sentence() const;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    void dress();

    QLabel* text_;
    QPushButton* button_;
    QToolButton* close_;
    std::function<void()> action_;
    Tone tone_ = Tone::loss;
};

}  // namespace grainscope::ui
