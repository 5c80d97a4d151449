#include <ui/widgets/icon.h>

#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

#include <ui/theme/theme.h>

namespace grainscope::ui {
namespace {

QPixmap drawn(QSvgRenderer& renderer, int side, const QColor& colour) {
    QPixmap pixmap(side, side);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter, QRectF(0, 0, side, side));
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(pixmap.rect(), colour);
    return pixmap;
}

}  // namespace

QIcon themedIcon(const QString& name, const QColor& colour) {
    QSvgRenderer renderer(QStringLiteral(":/icons/%1.svg").arg(name));
    QIcon icon;
    for (const int side : {16, 24, 32, 48}) {
        icon.addPixmap(drawn(renderer, side, colour), QIcon::Normal);
        icon.addPixmap(drawn(renderer, side, tokens().disabled), QIcon::Disabled);
    }
    return icon;
}

}  // namespace grainscope::ui
