#include <ui/theme/style_sheet.h>

#include <utility>
#include <vector>

namespace grainscope::ui {
namespace {

// %name% stands for a token, NUMBERpx for a length of the drawings that grows with the text.
const char* const sheet = R"(
QMainWindow { background: %window%; }
QMainWindow::separator { background: %line%; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: %accent%; }
QSplitter::handle { background: %line%; }
QSplitter::handle:hover { background: %accent%; }

QMenuBar { background: %window%; border: none; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 10px; border-radius: 4px; }
QMenuBar::item:selected { background: %hover%; }
QMenu { background: %panel%; border: %lineWidth% solid %line%; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: %selection%; }
QMenu::item:disabled { color: %disabled%; }
QMenu::separator { height: 1px; background: %line%; margin: 4px 8px; }

QToolBar { background: %panel%; border: none; border-bottom: %lineWidth% solid %line%; padding: 6px 12px; spacing: 7px; }
QToolBar::separator { background: %line%; width: 1px; margin: 2px 9px; }
QPushButton, QToolBar QToolButton {
    background: %raised%; color: %text%; border: %lineWidth% solid %line%; border-radius: 5px;
    padding: 0 14px; min-height: 26px; }
QPushButton:hover, QToolBar QToolButton:hover { background: %hover%; }
QPushButton:pressed, QToolBar QToolButton:pressed { background: %selection%; }
QPushButton:focus, QToolBar QToolButton:focus { border-color: %accent%; }
QPushButton:disabled, QToolBar QToolButton:disabled { color: %disabled%; }
QPushButton[primary="true"], QToolBar QToolButton[primary="true"] {
    background: %accent%; color: %onAccent%; border-color: %accent%; font-weight: 600; }
QPushButton[primary="true"]:hover, QToolBar QToolButton[primary="true"]:hover { background: %accentHover%; }
QPushButton[primary="true"]:focus, QToolBar QToolButton[primary="true"]:focus { border-color: %text%; }
QPushButton[primary="true"]:disabled, QToolBar QToolButton[primary="true"]:disabled {
    background: %raised%; color: %disabled%; border-color: %line%; }
QPushButton[outlined="true"] { background: %panel%; color: %accent%; border-color: %accent%; font-weight: 600; }
QPushButton[quiet="true"] { text-align: left; color: %muted%; }
QToolButton[flat="true"] { background: transparent; border: %lineWidth% solid transparent; border-radius: 4px; padding: 2px 6px; }
QToolButton[flat="true"]:hover { background: %hover%; }
QToolButton[flat="true"]:focus { border-color: %accent%; }

QLineEdit, QComboBox, QAbstractSpinBox {
    background: %raised%; color: %text%; border: %lineWidth% solid %line%; border-radius: 5px; padding: 0 8px; min-height: 24px;
    selection-background-color: %selection%; selection-color: %text%; }
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus { border-color: %accent%; }
QLineEdit:disabled, QComboBox:disabled { color: %disabled%; }
QLineEdit[inline="true"] { background: transparent; border-color: transparent; padding: 0 3px; min-height: 20px; }
QLineEdit[inline="true"]:hover { border-color: %line%; }
QLineEdit[inline="true"]:focus { background: %raised%; border-color: %accent%; }
QLineEdit[invalid="true"], QLineEdit[inline="true"][invalid="true"] { border-color: %wrong%; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(%arrow%); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: %panel%; border: %lineWidth% solid %line%; outline: none; padding: 3px;
    selection-background-color: %selection%; selection-color: %text%; }
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0 6px; }

QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: %line%; }
QSlider::sub-page:horizontal { background: %accent%; border-radius: 2px; }
QSlider::sub-page:horizontal:disabled { background: %disabled%; }
QSlider::handle:horizontal { background: %panel%; border: 2px solid %accent%; width: 11px; height: 11px; margin: -6px 0; border-radius: 7px; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: %accent%; }
QSlider::handle:horizontal:disabled { border-color: %disabled%; }

#tabStrip { background: %raised%; border: none; border-bottom: %lineWidth% solid %line%; }
QTabBar { background: %raised%; border: none; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: %muted%; padding: 9px 14px 7px 14px; margin-right: 12px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: %text%; }
QTabBar::tab:selected { color: %text%; font-weight: 600; border-bottom-color: %accent%; }
QTabBar::tab:focus { color: %accent%; }

QTreeView, QTableView, QListView { background: %panel%; border: none; outline: none; selection-background-color: %selection%;
    selection-color: %text%; }
QTreeView { show-decoration-selected: 0; }
QTreeView::branch:selected, QTreeView::branch:hover { background: %panel%; }
QTreeView::item { min-height: 22px; border-radius: 4px; padding: 0 4px; }
QTreeView::item:hover, QListView::item:hover { background: %hover%; }
QTreeView::item:selected { background: %selection%; color: %text%; font-weight: 600; }
QListView::item { min-height: 26px; padding: 0 8px; border-radius: 4px; }
QListView::item:selected, QTableView::item:selected { background: %selection%; color: %text%; }
QTreeView:focus, QTableView:focus, QListView:focus { border: none; }
QHeaderView { background: %panel%; border: none; }
QHeaderView::section { background: %panel%; color: %muted%; border: none; padding: 4px 8px; }
QHeaderView::section:vertical { padding: 0 10px 0 0; }
QTableView::item { padding: 0 4px; }
QTableCornerButton::section { background: %panel%; border: none; }

#commandPalette { background: %panel%; border: 1px solid %muted%; }
QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: %line%; border-radius: 4px; margin: 1px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: %muted%; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QToolBar QToolButton[search="true"] { color: %muted%; font-weight: 400; }

QStatusBar { background: %raised%; border-top: %lineWidth% solid %line%; }
QStatusBar::item { border: none; }
QToolTip { background: %raised%; color: %text%; border: 1px solid %line%; padding: 4px 6px; }
QProgressBar { background: %line%; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: %accent%; border-radius: 2px; }
QCheckBox { spacing: 8px; }
QCheckBox:focus { color: %accent%; }
QLabel[muted="true"] { color: %muted%; }
)";

}  // namespace

QString styleSheet(const Tokens& t, const std::function<int(int)>& px) {
    const bool darkGround = t.panel.lightness() < 128;
    const std::vector<std::pair<const char*, QString>> names = {
        {"window", t.window.name()},
        {"panel", t.panel.name()},
        {"raised", t.raised.name()},
        {"line", t.line.name()},
        {"text", t.text.name()},
        {"muted", t.muted.name()},
        {"disabled", t.disabled.name()},
        {"accent", t.accent.name()},
        {"accentHover", t.accentHover.name()},
        {"onAccent", t.onAccent.name()},
        {"selection", t.selection.name()},
        {"hover", t.hover.name()},
        {"wrong", t.wrong.name()},
        {"lineWidth", QString::number(t.lineWidth) + QStringLiteral("px")},
        {"arrow", darkGround ? QStringLiteral(":/icons/chevron-down-light.svg")
                             : QStringLiteral(":/icons/chevron-down-dark.svg")},
    };
    QString text = QString::fromLatin1(sheet);

    // Lengths first, while the only digits before "px" are the drawings' own; 1 and 2 px are lines and stay lines.
    QString scaled;
    scaled.reserve(text.size() * 2);
    for (qsizetype i = 0; i < text.size();) {
        qsizetype end = i;
        while (end < text.size() && text[end].isDigit()) ++end;
        if (end > i && QStringView(text).sliced(end).startsWith(u"px")) {
            const int length = QStringView(text).sliced(i, end - i).toInt();
            scaled += QString::number(length <= 2 ? length : px(length));
            i = end;
        } else {
            scaled += text[i++];
        }
    }
    for (const auto& [name, value] : names) scaled.replace(u'%' + QString::fromLatin1(name) + u'%', value);
    return scaled;
}

}  // namespace grainscope::ui
