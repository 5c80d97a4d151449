#include <ui/theme/theme.h>

#include <algorithm>
#include <cmath>

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QFontInfo>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>

#include <ui/theme/style_sheet.h>

/// The resources are in a static library: a linker drops what nobody names. (The macro cannot stand in a namespace.)
static void nameResources() { Q_INIT_RESOURCE(grainscope); }

namespace grainscope::ui {
namespace {

Theme* theInstance = nullptr;

/// Body text of the drawings; a system whose own text is larger scales everything.
constexpr double bodyPx = 13;

QPalette paletteOf(const Tokens& t) {
    QPalette palette;
    palette.setColor(QPalette::Window, t.panel);
    palette.setColor(QPalette::WindowText, t.text);
    palette.setColor(QPalette::Base, t.panel);
    palette.setColor(QPalette::AlternateBase, t.raised);
    palette.setColor(QPalette::Text, t.text);
    palette.setColor(QPalette::PlaceholderText, t.muted);
    palette.setColor(QPalette::Button, t.raised);
    palette.setColor(QPalette::ButtonText, t.text);
    palette.setColor(QPalette::BrightText, t.wrong);
    palette.setColor(QPalette::Highlight, t.selection);
    palette.setColor(QPalette::HighlightedText, t.text);
    palette.setColor(QPalette::Link, t.accent);
    palette.setColor(QPalette::LinkVisited, t.accent);
    palette.setColor(QPalette::ToolTipBase, t.raised);
    palette.setColor(QPalette::ToolTipText, t.text);
    palette.setColor(QPalette::Light, t.raised);
    palette.setColor(QPalette::Midlight, t.grid);
    palette.setColor(QPalette::Mid, t.line);
    palette.setColor(QPalette::Dark, t.line);
    palette.setColor(QPalette::Shadow, t.line);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, t.disabled);
    return palette;
}

QString firstInstalled(std::initializer_list<const char*> wanted, const QString& otherwise) {
    for (const char* family : wanted)
        if (QFontDatabase::hasFamily(QLatin1StringView(family))) return QLatin1StringView(family);
    return otherwise;
}

}  // namespace

Theme::Theme(QApplication& application) : QObject(&application), application_(application) {
    Q_ASSERT(!theInstance);
    theInstance = this;
    nameResources();
    application_.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    const QFont system = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    family_ = firstInstalled({"Inter", "Inter Variable"}, system.family());
    figuresFamily_ = firstInstalled({"JetBrains Mono"}, QFontDatabase::systemFont(QFontDatabase::FixedFont).family());
    systemScale_ = std::max(1.0, QFontInfo(system).pixelSize() / bodyPx);
    readSystem();
    apply();
    application_.installEventFilter(this);
}

Theme::~Theme() { theInstance = nullptr; }

Theme& Theme::instance() {
    Q_ASSERT(theInstance);
    return *theInstance;
}

void Theme::setChoice(ThemeChoice choice) {
    if (choice == choice_) return;
    choice_ = choice;
    apply();
}

void Theme::setTextScale(double scale) {
    scale = std::clamp(scale, 0.8, 3.0);
    if (scale == textScale_) return;
    textScale_ = scale;
    apply();
}

QFont Theme::font(Type type) const {
    QFont font(type == Type::figures ? figuresFamily_ : family_);
    double size = bodyPx;
    switch (type) {
        case Type::body:
            break;
        case Type::strong:
            font.setWeight(QFont::DemiBold);
            break;
        case Type::heading:
            size = 11;
            font.setWeight(QFont::DemiBold);
            font.setLetterSpacing(QFont::PercentageSpacing, 103);
            break;
        case Type::small:
            size = 11;
            break;
        case Type::figures:
            size = 12;
            font.setStyleHint(QFont::Monospace);
            break;
    }
    font.setPixelSize(px(size));
    return font;
}

int Theme::px(int length) const { return px(static_cast<double>(length)); }

int Theme::px(double length) const { return static_cast<int>(std::lround(length * systemScale_ * textScale_)); }

bool Theme::eventFilter(QObject* watched, QEvent* event) {
    // The desktop changed its colours. Several windows each hear of it; the first one is enough.
    if (event->type() == QEvent::ThemeChange && !applying_) {
        const bool was = systemIsDark_;
        readSystem();
        if (systemIsDark_ != was) apply();
    }
    return QObject::eventFilter(watched, event);
}

void Theme::readSystem() {
    // Our own palette hides the desktop's; an empty one uncovers it for this reading.
    applying_ = true;
    const QPalette ours = application_.palette();
    QApplication::setPalette(QPalette());
    const QPalette system = QGuiApplication::palette();
    systemIsDark_ = system.color(QPalette::WindowText).lightness() > system.color(QPalette::Window).lightness();
    QApplication::setPalette(ours);
    applying_ = false;
}

void Theme::apply() {
    switch (choice_) {
        case ThemeChoice::system:
            look_ = systemIsDark_ ? Look::dark : Look::light;
            break;
        case ThemeChoice::light:
            look_ = Look::light;
            break;
        case ThemeChoice::dark:
            look_ = Look::dark;
            break;
        case ThemeChoice::highContrast:
            look_ = systemIsDark_ ? Look::highContrastDark : Look::highContrastLight;
            break;
    }
    applying_ = true;
    QApplication::setPalette(paletteOf(tokens()));
    QApplication::setFont(font(Type::body));
    application_.setStyleSheet(styleSheet(tokens(), [this](int length) { return px(length); }));
    applying_ = false;
    Q_EMIT changed();
}

}  // namespace grainscope::ui
