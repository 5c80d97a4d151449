#include <ui/views/pipeline_painter.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <QCoreApplication>
#include <QPainterPath>

#include <ui/models/format.h>
#include <ui/theme/mix.h>
#include <ui/theme/state_fill.h>
#include <ui/theme/theme.h>

namespace grainscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::PipelineDiagram)
};

constexpr double padding = 8, armRoom = 46;
constexpr double cellHeight = 24, cellGap = 3, narrowestCell = 7;
/// A channel of at most so many places is drawn place by place.
constexpr quint64 mostPlaces = 16;
constexpr double levelInk = 0.5;

double px(double length) { return Theme::instance().px(length); }

/// Where a box's own lines stand: behind the arms of a select, and in the middle of a tall box.
QRectF inside(const PipelineDiagram& diagram, const PipelineLayout& layout, int stage) {
    const QRectF& box = layout.stages()[static_cast<std::size_t>(stage)];
    const double height = px(76);
    const double left = diagram.stage(stage).selects ? px(armRoom) : px(padding);
    return {box.left() + left, box.center().y() - height / 2, box.width() - left - px(padding), height};
}

QPainterPath feedPath(const PipelineLayout::Pipe& pipe) {
    QPainterPath path(pipe.feed.front());
    for (std::size_t i = 1; i < pipe.feed.size(); ++i) {
        const QPointF from = pipe.feed[i - 1], to = pipe.feed[i];
        const double half = (to.x() - from.x()) / 2;
        if (pipe.cornered)
            path.lineTo(to);
        else
            path.cubicTo(from + QPointF(half, 0), to - QPointF(half, 0), to);
    }
    return path;
}

QString idText(quint64 id) {
    const QString text = QString::number(id);
    constexpr qsizetype most = 5;
    return text.size() <= most ? text : QStringLiteral("…") + text.right(most - 1);
}

/// The fill as "61 / 64".
QString fillText(const PipelineDiagram::Channel& channel, quint64 depth) {
    const QString inside = formatCount(static_cast<qint64>(depth));
    if (!channel.capacity) return inside + QStringLiteral(" / ∞");
    return inside + QStringLiteral(" / ") + formatCount(*channel.capacity);
}

}  // namespace

PipelinePainter::PipelinePainter(QPainter& painter, const PipelineModel& model, const PipelineLayout& layout,
                                 qreal deviceRatio)
    : p_(painter), model_(model), diagram_(*model.diagram()), layout_(layout), t_(tokens()), ratio_(deviceRatio) {
    p_.setRenderHint(QPainter::Antialiasing);
}

void PipelinePainter::paint(std::optional<std::size_t> chosen) {
    const auto& messages = model_.messages().messages();
    const FollowedMessage* followed = chosen && *chosen < messages.size() ? &messages[*chosen] : nullptr;
    for (const bool highlighted : {false, true})
        for (int channel = 0; channel < diagram_.channelCount(); ++channel)
            if (isOnTheWay(channel, followed) == highlighted) paintFeed(channel, highlighted);
    for (int channel = 0; channel < diagram_.channelCount(); ++channel)
        paintPipe(channel, isOnTheWay(channel, followed));
    for (int stage = 0; stage < diagram_.stageCount(); ++stage) paintStage(stage, followed);
    const auto all = dots(model_, layout_, chosen);
    for (const MessageDot& dot : all)
        if (dot.message != chosen) paintDot(dot, false);
    for (const MessageDot& dot : all)
        if (dot.message == chosen) paintDot(dot, true);
}

bool PipelinePainter::isOnTheWay(int channel, const FollowedMessage* followed) const {
    if (!followed) return false;
    const auto& described = diagram_.channel(channel);
    for (std::size_t i = 1; i < followed->hops.size(); ++i)
        if (described.from == followed->hops[i - 1].stage && described.to == followed->hops[i].stage) return true;
    return false;
}

void PipelinePainter::write(const QRectF& rect, Qt::Alignment alignment, const QString& text) {
    const QFontMetricsF metrics(p_.font());
    p_.drawText(rect, alignment | Qt::TextSingleLine, metrics.elidedText(text, Qt::ElideRight, rect.width()));
}

QRectF PipelinePainter::cell(const PipelineDiagram& diagram, const PipelineLayout& layout, int stage, int place) {
    const QRectF room = inside(diagram, layout, stage);
    const int rows = std::max(1, diagram.stage(stage).rows);
    const double gap = px(cellGap);
    // Many workers stand in several lines of the same height together.
    const int perLine = std::max(1, std::min(rows, static_cast<int>((room.width() + gap) / (px(narrowestCell) + gap))));
    const int lines = (rows + perLine - 1) / perLine;
    const double width = std::min((room.width() - (perLine - 1) * gap) / perLine, px(64));
    const double height = (px(cellHeight) - (lines - 1)) / lines;
    return {room.left() + place % perLine * (width + gap), room.top() + px(19) + place / perLine * (height + 1), width,
            std::max(1.0, height)};
}

void PipelinePainter::paintStage(int stage, const FollowedMessage* followed) {
    Theme& theme = Theme::instance();
    const QRectF& box = layout_.stages()[static_cast<std::size_t>(stage)];
    const bool isBottleneck = model_.figures().bottleneck == stage;
    const bool isOnWay =
        followed && std::ranges::any_of(followed->hops, [stage](const MessageHop& hop) { return hop.stage == stage; });
    const double border = isBottleneck ? px(2.5) : isOnWay ? px(2) : t_.lineWidth;
    p_.setPen(QPen(isBottleneck ? t_.loss : isOnWay ? t_.accent : t_.muted, border));
    p_.setBrush(t_.panel);
    p_.drawRoundedRect(box, px(space::corner), px(space::corner));

    const QRectF room = inside(diagram_, layout_, stage);
    p_.setFont(theme.font(Type::strong));
    p_.setPen(t_.text);
    write(QRectF(room.left(), room.top() - px(2), room.width(), px(18)), Qt::AlignLeft | Qt::AlignVCenter,
          diagram_.stage(stage).name);
    paintCells(stage);
    if (diagram_.stage(stage).selects) paintArms(stage);

    const auto number = static_cast<std::size_t>(stage);
    if (number < model_.figures().stages.size()) {
        const StageFigures& figures = model_.figures().stages[number];
        QRectF line(room.left(), room.top() + px(45), room.width(), px(15));
        p_.setFont(theme.font(Type::small));
        p_.setPen(isBottleneck ? t_.text : t_.muted);
        write(line, Qt::AlignLeft | Qt::AlignVCenter,
              figures.busy ? Text::tr("%1 busy").arg(formatPercent(*figures.busy)) : Text::tr("busy —"));
        line.translate(0, px(15));
        p_.setPen(t_.muted);
        if (figures.serviceNs)
            write(line, Qt::AlignLeft | Qt::AlignVCenter, Text::tr("%1 each").arg(formatDuration(*figures.serviceNs)));
    }
    if (!isBottleneck) return;
    QFont small = theme.font(Type::small);
    small.setWeight(QFont::DemiBold);
    p_.setFont(small);
    const QString word = diagram_.isSource(stage) ? Text::tr("sets the pace") : Text::tr("bottleneck");
    const double width = std::min(box.width(), QFontMetricsF(small).horizontalAdvance(word) + px(14));
    const QRectF tag(box.center().x() - width / 2, box.top() - px(9), width, px(17));
    p_.setPen(QPen(t_.loss, px(1.5)));
    p_.setBrush(t_.lossGround);
    p_.drawRoundedRect(tag, px(space::unit), px(space::unit));
    p_.setPen(t_.text);
    write(tag, Qt::AlignCenter, word);
}

void PipelinePainter::paintCells(int stage) {
    const StateFill& fill = StateFill::shared(t_, ratio_);
    const PipelineDiagram::Stage& described = diagram_.stage(stage);
    p_.setRenderHint(QPainter::Antialiasing, false);
    for (int place = 0; place < described.rows; ++place) {
        const int row = described.firstRow + place;
        const QRect rect = cell(diagram_, layout_, stage, place).toRect();
        const auto state = model_.stateNow(row);
        p_.setPen(QPen(t_.line, t_.lineWidth, state ? Qt::SolidLine : Qt::DotLine));
        p_.setBrush(t_.plotGround);
        p_.drawRect(rect.adjusted(0, 0, -1, -1));
        p_.setBrushOrigin(rect.topLeft());
        if (state) fill.paint(p_, rect.adjusted(1, 1, -1, -1), *state, row);
    }
    p_.setRenderHint(QPainter::Antialiasing);
}

void PipelinePainter::paintArms(int stage) {
    const QRectF& box = layout_.stages()[static_cast<std::size_t>(stage)];
    const QPointF pivot(box.left() + px(armRoom - 10), box.center().y());
    const auto portOf = [&](int channel) { return layout_.pipes()[static_cast<std::size_t>(channel)].port; };
    const auto shareOf = [&](int channel) {
        const auto& all = model_.figures().channels;
        const auto number = static_cast<std::size_t>(channel);
        return number < all.size() ? all[number].armShare.value_or(-1) : -1;
    };
    const std::vector<int> arms = diagram_.into(stage);
    for (const int arm : arms) {
        p_.setPen(QPen(t_.text, px(1 + 4 * std::max(0.0, shareOf(arm))), Qt::SolidLine, Qt::RoundCap));
        p_.drawLine(portOf(arm) + QPointF(px(2), 0), pivot);
    }
    p_.setFont(Theme::instance().font(Type::small));
    const QFontMetricsF metrics(p_.font());
    for (const int arm : arms) {
        if (shareOf(arm) < 0) continue;
        // On a ground of its own: other arms run behind it.
        const QString text = formatPercent(shareOf(arm));
        const double above = portOf(arm).y() <= pivot.y() ? -px(18) : px(4);
        const QRectF chip(portOf(arm).x() + px(3), portOf(arm).y() + above, metrics.horizontalAdvance(text) + px(4),
                          px(14));
        p_.setPen(Qt::NoPen);
        p_.setBrush(t_.panel);
        p_.drawRect(chip);
        p_.setPen(t_.text);
        write(chip, Qt::AlignCenter, text);
    }
    p_.setPen(QPen(t_.text, px(1.5)));
    p_.setBrush(t_.panel);
    p_.drawEllipse(pivot, px(4), px(4));
}

void PipelinePainter::paintFeed(int channel, bool isOnTheWay) {
    const PipelineLayout::Pipe& pipe = layout_.pipes()[static_cast<std::size_t>(channel)];
    const QColor ink = isOnTheWay ? t_.accent : t_.muted;
    p_.setPen(QPen(ink, isOnTheWay ? px(2.5) : px(1.5)));
    p_.setBrush(Qt::NoBrush);
    p_.drawPath(feedPath(pipe));
    const QPointF tip = pipe.port - QPointF(px(1), 0);
    p_.drawLine(QPointF(pipe.body.right(), tip.y()), tip - QPointF(px(5), 0));
    p_.setPen(Qt::NoPen);
    p_.setBrush(ink);
    p_.drawPolygon(QPolygonF{tip, tip + QPointF(-px(7), -px(4)), tip + QPointF(-px(7), px(4))});
    if (!diagram_.channel(channel).from) paintClock(channel);
}

void PipelinePainter::paintPipe(int channel, bool isOnTheWay) {
    Theme& theme = Theme::instance();
    const PipelineLayout::Pipe& pipe = layout_.pipes()[static_cast<std::size_t>(channel)];
    const auto& described = diagram_.channel(channel);
    paintLevel(channel);
    p_.setPen(QPen(isOnTheWay ? t_.accent : t_.muted, isOnTheWay ? px(2) : t_.lineWidth));
    p_.setBrush(Qt::NoBrush);
    QPainterPath wall;
    const QRectF& body = pipe.body;
    if (described.capacity) {
        wall.addRoundedRect(body, px(3), px(3));
    } else {
        // Without a limit the pipe has no end on the sender's side.
        wall.moveTo(body.topLeft());
        wall.lineTo(body.topRight());
        wall.lineTo(body.bottomRight());
        wall.lineTo(body.bottomLeft());
    }
    p_.drawPath(wall);

    const trace::ChannelSample* now = model_.channelNow(channel);
    p_.setFont(theme.font(Type::small));
    const QString fill = now ? fillText(described, now->reading.depth) : unknownText();
    const double figures = std::min(pipe.caption.width(), QFontMetricsF(p_.font()).horizontalAdvance(fill) + px(2));
    p_.setPen(t_.text);
    write(pipe.caption.adjusted(pipe.caption.width() - figures, 0, 0, 0), Qt::AlignRight | Qt::AlignVCenter, fill);
    p_.setPen(t_.muted);
    if (pipe.caption.width() - figures > px(16))
        write(pipe.caption.adjusted(0, 0, -figures - px(4), 0), Qt::AlignLeft | Qt::AlignVCenter, described.name);
    if (now) paintMarks(channel, now->reading);
}

void PipelinePainter::paintLevel(int channel) {
    const QRectF& body = layout_.pipes()[static_cast<std::size_t>(channel)].body;
    const trace::ChannelSample* now = model_.channelNow(channel);
    const quint64 full = model_.full(channel);
    const quint64 depth = now ? std::min<quint64>(now->reading.depth, full) : 0;
    const QColor ink = mixed(t_.plotGround, t_.accent, levelInk);
    p_.setPen(Qt::NoPen);
    p_.setBrush(t_.plotGround);
    p_.drawRoundedRect(body, px(3), px(3));
    const double width = body.width() * static_cast<double>(depth) / static_cast<double>(full);
    // What waits stands at the receiver's end.
    p_.setBrush(ink);
    p_.drawRoundedRect(QRectF(body.right() - width, body.top(), width, body.height()), px(3), px(3));
    if (!diagram_.channel(channel).capacity || full > mostPlaces || full < 2) return;
    p_.setPen(QPen(t_.line, t_.lineWidth));
    for (quint64 place = 1; place < full; ++place) {
        const double x = body.left() + body.width() * static_cast<double>(place) / static_cast<double>(full);
        p_.drawLine(QPointF(x, body.top()), QPointF(x, body.bottom()));
    }
}

void PipelinePainter::paintMarks(int channel, const trace::ChannelReading& now) {
    const QRectF& marks = layout_.pipes()[static_cast<std::size_t>(channel)].marks;
    p_.setFont(Theme::instance().font(Type::small));
    const double middle = marks.center().y() + px(1);
    const QFontMetricsF metrics(p_.font());
    double left = marks.left();
    if (now.blocked_senders > 0) {
        // Two bars before the pipe: stop.
        p_.setPen(Qt::NoPen);
        p_.setBrush(t_.loss);
        for (const double x : {0.0, 5.0}) p_.drawRect(QRectF(left + px(x), middle - px(4.5), px(3), px(9)));
        p_.setPen(t_.text);
        const QString text = Text::tr("%1 blocked").arg(formatCount(now.blocked_senders));
        left += px(12);
        write(QRectF(left, marks.top(), marks.right() - left, marks.height() + px(2)), Qt::AlignLeft | Qt::AlignVCenter,
              text);
        left += metrics.horizontalAdvance(text) + px(6);
    }
    if (now.blocked_receivers > 0) {
        const QString text = Text::tr("%1 waiting").arg(formatCount(now.blocked_receivers));
        const double width = metrics.horizontalAdvance(text);
        const QString shown = marks.right() - px(13) - width > left ? text : formatCount(now.blocked_receivers);
        p_.setPen(t_.muted);
        write(QRectF(left, marks.top(), marks.right() - px(13) - left, marks.height() + px(2)),
              Qt::AlignRight | Qt::AlignVCenter, shown);
        // An empty ring behind the pipe: nothing to take.
        p_.setPen(QPen(t_.muted, px(1.6)));
        p_.setBrush(Qt::NoBrush);
        p_.drawEllipse(QPointF(marks.right() - px(5), middle), px(4), px(4));
    }
}

void PipelinePainter::paintClock(int channel) {
    const QRectF& face = layout_.clocks()[static_cast<std::size_t>(channel)];
    const double inset = px(3);
    p_.setPen(QPen(t_.muted, px(1.5)));
    p_.setBrush(t_.panel);
    p_.drawEllipse(face.adjusted(inset, inset, -inset, -inset));
    p_.setPen(QPen(t_.text, px(1.8), Qt::SolidLine, Qt::RoundCap));
    p_.drawLine(face.center(), face.center() + QPointF(0, -px(9)));
    p_.drawLine(face.center(), face.center() + QPointF(px(6), px(3)));
}

void PipelinePainter::paintDot(const MessageDot& dot, bool isChosen) {
    const double radius = dot.rect.height() / 2;
    p_.setPen(QPen(isChosen ? t_.accent : t_.text, px(isChosen ? 2 : 1.2)));
    p_.setBrush(isChosen ? t_.accent : t_.plotGround);
    p_.drawRoundedRect(dot.rect, radius, radius);
    QFont small = Theme::instance().font(Type::small);
    small.setWeight(QFont::DemiBold);
    p_.setFont(small);
    p_.setPen(isChosen ? t_.onAccent : t_.text);
    p_.drawText(dot.rect, Qt::AlignCenter, dot.label);
}

std::vector<MessageDot> PipelinePainter::dots(const PipelineModel& model, const PipelineLayout& layout,
                                              std::optional<std::size_t> chosen) {
    const PipelineDiagram& diagram = *model.diagram();
    QFont small = Theme::instance().font(Type::small);
    small.setWeight(QFont::DemiBold);
    const QFontMetricsF metrics(small);
    std::vector<MessageDot> inPipes, atWorkers;
    std::vector<MessagePlace> places = model.placesNow();
    // In a pipe the one that is taken next is always numbered, others where there is room beside it.
    std::ranges::sort(places, {}, [](const MessagePlace& place) { return std::tuple(place.channel, -place.done); });
    std::map<int, double> numberedTo;  // by channel: how far to the left the last number reaches
    for (const MessagePlace& place : places) {
        const FollowedMessage& message = model.messages().messages()[place.message];
        const MessageHop& hop = message.hops[place.hop];
        MessageDot dot{.message = place.message, .rect = {}, .label = idText(message.id)};
        const double height = px(17);
        const double width = std::max(height, metrics.horizontalAdvance(dot.label) + px(9));
        const auto around = [](QPointF centre, double w, double h) {
            return QRectF(centre.x() - w / 2, centre.y() - h / 2, w, h);
        };
        if (!place.channel) {
            const int within = hop.worker - diagram.stage(hop.stage).firstRow;
            const bool known = within >= 0 && within < diagram.stage(hop.stage).rows;
            dot.rect = around(known ? cell(diagram, layout, hop.stage, within).center()
                                    : layout.stages()[static_cast<std::size_t>(hop.stage)].center(),
                              width, height);
            atWorkers.push_back(std::move(dot));
            continue;
        }
        const QRectF& body = layout.pipes()[static_cast<std::size_t>(*place.channel)].body;
        const QPointF centre(body.left() + width / 2 + place.done * (body.width() - width), body.center().y());
        const auto last = numberedTo.find(*place.channel);
        if (place.message == chosen || last == numberedTo.end() || centre.x() + width / 2 < last->second) {
            dot.rect = around(centre, width, height);
            numberedTo[*place.channel] = dot.rect.left();
        } else {
            dot.rect = around(centre, px(8), px(8));
            dot.label.clear();
        }
        inPipes.push_back(std::move(dot));
    }
    // Numbers lie above dots without.
    std::ranges::stable_partition(inPipes, [](const MessageDot& dot) { return dot.label.isEmpty(); });
    inPipes.insert(inPipes.end(), atWorkers.begin(), atWorkers.end());
    return inPipes;
}

}  // namespace grainscope::ui
