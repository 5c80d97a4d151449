#include <ui/views/key_sheet.h>

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>

#include <ui/theme/theme.h>
#include <ui/widgets/panel_heading.h>

namespace grainscope::ui {

KeySheet::KeySheet(const std::vector<Group>& groups, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Keys"));
    setObjectName(QStringLiteral("keySheet"));
    auto* columns = new QHBoxLayout(this);
    columns->setContentsMargins(space::panel, space::panel, space::panel, space::panel);
    columns->setSpacing(space::panel * 2);
    const QFont keyFont = Theme::instance().font(Type::figures);
    for (const Group& group : groups) {
        auto* grid = new QGridLayout;
        grid->setHorizontalSpacing(space::panel);
        grid->setVerticalSpacing(space::unit + 2);
        int row = 0;
        grid->addWidget(new PanelHeading(group.title), row++, 0, 1, 2);
        for (const auto& [what, key] : group.keys) {
            auto* keyLabel = new QLabel(key);
            keyLabel->setFont(keyFont);
            keyLabel->setProperty("muted", true);
            grid->addWidget(new QLabel(what), row, 0);
            grid->addWidget(keyLabel, row++, 1, Qt::AlignRight);
        }
        grid->setRowStretch(row, 1);
        columns->addLayout(grid);
    }
}

}  // namespace grainscope::ui
