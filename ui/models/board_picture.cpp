#include "ui/models/board_picture.h"

#include <QByteArray>
#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>

namespace grainscope::ui {

using namespace Qt::StringLiterals;

namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::BoardPicture)
};

}  // namespace

BoardPicture BoardPicture::plainBars() {
    return {.remark = Text::tr("each bar in the colour of the worker that last moved it"),
            .position = Text::tr("position"),
            .value = Text::tr("value")};
}

BoardPicture BoardPicture::fromJson(const QByteArray& json) {
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    BoardPicture picture = plainBars();
    picture.remark = object[u"remark"].toString(picture.remark);
    picture.position = object[u"position"].toString(picture.position);
    picture.value = object[u"value"].toString(picture.value);
    const int columns = object[u"columns"].toInt();
    const int rows = object[u"rows"].toInt();
    if (object[u"shape"].toString() != u"grid" || columns <= 0 || rows <= 0) return picture;
    picture.shape = Shape::grid;
    picture.columns = columns;
    picture.rows = rows;
    return picture;
}

}  // namespace grainscope::ui
