#include <ui/widgets/lettering.h>

#include <cmath>

#include <QPainter>

namespace grainscope::ui {
namespace {

/// An axis that moves brings new labels all the time; old ones are forgotten in one go.
constexpr qsizetype mostTexts = 256;

}  // namespace

void Lettering::draw(QPainter& painter, const QRect& rect, Qt::Alignment alignment, const QString& text) {
    const QStaticText& label = shaped(painter, text);
    const QSizeF size = label.size();
    double x = rect.left();
    double y = rect.top();
    if (alignment & Qt::AlignRight) x += rect.width() - size.width();
    if (alignment & Qt::AlignHCenter) x += (rect.width() - size.width()) / 2;
    if (alignment & Qt::AlignBottom) y += rect.height() - size.height();
    if (alignment & Qt::AlignVCenter) y += (rect.height() - size.height()) / 2;
    painter.drawStaticText(QPointF(std::round(x), std::round(y)), label);
}

QSizeF Lettering::size(const QPainter& painter, const QString& text) { return shaped(painter, text).size(); }

const QStaticText& Lettering::shaped(const QPainter& painter, const QString& text) {
    if (const auto known = texts_.find(text); known != texts_.end() && known->font == painter.font())
        return known->text;
    if (texts_.size() >= mostTexts) texts_.clear();
    Shaped& made = texts_[text];
    made.font = painter.font();
    made.text = QStaticText(text);
    made.text.setTextFormat(Qt::PlainText);
    made.text.prepare(painter.transform(), made.font);
    return made.text;
}

}  // namespace grainscope::ui
