// `?`: the keys, on one sheet.
#pragma once

#include <utility>
#include <vector>

#include <QDialog>

namespace grainscope::ui {

class KeySheet : public QDialog {
    Q_OBJECT

  public:
    struct Group {
        QString title;
        std::vector<std::pair<QString, QString>> keys;  ///< what it does, the key
    };
    KeySheet(const std::vector<Group>& groups, QWidget* parent);
};

}  // namespace grainscope::ui
