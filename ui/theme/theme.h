// The theme that the program wears: the look in use, its palette and style sheet, and the sizes of its type.
#pragma once

#include <QFont>
#include <QObject>

#include <ui/theme/tokens.h>

class QApplication;

namespace grainscope::ui {

/// What the user asked for. `system` and `highContrast` take light or dark from the desktop.
enum class ThemeChoice { system, light, dark, highContrast };

/// The roles of type. Sizes follow the system's font and the text scale.
enum class Type {
    body,     ///< 13 px
    strong,   ///< 13 px semibold: titles of cards
    heading,  ///< 11 px semibold, for capitals: titles of panels
    small,    ///< 11 px: axes, legends
    figures,  ///< 12 px monospaced: tables and readouts
};

/// One per program, living as long as its QApplication. Widgets take their colours from QPalette and the style sheet;
/// what paints itself takes them from tokens() and repaints on changed().
class Theme : public QObject {
    Q_OBJECT

  public:
    /// Dresses `application`: Fusion, palette, style sheet, font. Create it before the first widget.
    explicit Theme(QApplication& application);
    ~Theme() override;

    /// The theme of the program. There must be one.
    [[nodiscard]] static Theme& instance();

    [[nodiscard]] ThemeChoice choice() const { return choice_; }
    void setChoice(ThemeChoice choice);
    /// 1 is the system's size; between 0.8 and 3.
    [[nodiscard]] double textScale() const { return textScale_; }
    void setTextScale(double scale);

    [[nodiscard]] Look look() const { return look_; }
    [[nodiscard]] const Tokens& tokens() const { return tokensFor(look_); }
    [[nodiscard]] QFont font(Type type) const;
    /// A length of the drawing, in px at scale 1, at the present text scale.
    [[nodiscard]] int px(int length) const;
    [[nodiscard]] int px(double length) const;

  Q_SIGNALS:
    /// Colours or sizes are others now.
    void changed();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void readSystem();
    void apply();

    QApplication& application_;
    ThemeChoice choice_ = ThemeChoice::system;
    double textScale_ = 1;
    double systemScale_ = 1;
    bool systemIsDark_ = false;
    bool applying_ = false;
    Look look_ = Look::light;
    QString family_;
    QString figuresFamily_;
};

/// Shorthand for what paints itself.
[[nodiscard]] inline const Tokens& tokens() { return Theme::instance().tokens(); }

}  // namespace grainscope::ui
