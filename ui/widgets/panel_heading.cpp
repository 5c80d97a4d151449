#include <ui/widgets/panel_heading.h>

#include <ui/theme/theme.h>

namespace grainscope::ui {

PanelHeading::PanelHeading(const QString& words, QWidget* parent) : QLabel(parent) {
    setHeading(words);
    dress();
    connect(&Theme::instance(), &Theme::changed, this, &PanelHeading::dress);
}

void PanelHeading::setHeading(const QString& words, const QString& figure) {
    setText(figure.isEmpty() ? words.toUpper() : words.toUpper() + u' ' + figure);
    // Capitals are for the eye; a screen reader would spell them.
    setAccessibleName(figure.isEmpty() ? words : words + u' ' + figure);
}

void PanelHeading::dress() {
    Theme& theme = Theme::instance();
    setFont(theme.font(Type::heading));
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, theme.tokens().muted);
    setPalette(muted);
}

}  // namespace grainscope::ui
