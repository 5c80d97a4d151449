// Short texts that a view paints again and again.
#pragma once

#include <QFont>
#include <QHash>
#include <QRect>
#include <QStaticText>
#include <QString>

class QPainter;

namespace grainscope::ui {

/// Paints single lines of plain text in the painter's font and pen. A text is shaped once, not at every frame: shaping
/// is most of what a label costs. Each view has its own, which goes with it.
class Lettering {
  public:
    /// Paints `text` in `rect`, unclipped; `alignment` as in QPainter::drawText.
    void draw(QPainter& painter, const QRect& rect, Qt::Alignment alignment, const QString& text);
    /// The room that `text` takes in the painter's font, in device-independent px.
    [[nodiscard]] QSizeF size(const QPainter& painter, const QString& text);

  private:
    struct Shaped {
        QFont font;
        QStaticText text;
    };

    [[nodiscard]] const QStaticText& shaped(const QPainter& painter, const QString& text);

    QHash<QString, Shaped> texts_;
};

}  // namespace grainscope::ui
