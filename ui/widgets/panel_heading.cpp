#include <ui/widgets/panel_heading.h>

#include <ui/theme/theme.h>

namespace grainscope::ui {

PanelHeading::PanelHeading(const QString& text, QWidget* parent) : QLabel(text, parent) {
    dress();
    connect(&Theme::instance(), &Theme::changed, this, &PanelHeading::dress);
}

void PanelHeading::dress() {
    Theme& theme = Theme::instance();
    setFont(theme.font(Type::heading));
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, theme.tokens().muted);
    setPalette(muted);
}

}  // namespace grainscope::ui
