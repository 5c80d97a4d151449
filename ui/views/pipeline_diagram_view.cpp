#include <ui/views/pipeline_diagram_view.h>

#include <algorithm>
#include <ranges>

#include <QElapsedTimer>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QTextDocument>
#include <QToolTip>

#include <ui/models/pipeline_texts.h>
#include <ui/theme/theme.h>

namespace grainscope::ui {
namespace {

/// Room around the drawing: for the tag on a box's upper side and the ends of outlines.
constexpr int marginX = 4, marginY = 12;
constexpr int tallest = 420;

}  // namespace

PipelineDiagramView::PipelineDiagramView(PipelineModel& model, LifeModel& life, QWidget* parent)
    : QWidget(parent), model_(model), life_(life) {
    setObjectName(QStringLiteral("pipelineDiagram"));
    setAccessibleName(tr("Stages and channels"));
    setAccessibleDescription(
        tr("Stages with their workers and the channels between them. As a table: the channels with their figures. Left "
           "and right follow a message, Space plays in slow motion, Escape lets the message go."));
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAttribute(Qt::WA_OpaquePaintEvent);
    const auto forget = [this] {
        layout_.reset();
        updateGeometry();
        update();
    };
    connect(&Theme::instance(), &Theme::changed, this, forget);
    connect(&model_, &PipelineModel::diagramChanged, this, forget);
    connect(&life_, &LifeModel::chosenChanged, this, qOverload<>(&QWidget::update));
}

void PipelineDiagramView::takeChange() { update(); }

QAbstractItemModel* PipelineDiagramView::tableTwin() const { return &model_; }

QPointF PipelineDiagramView::origin() const {
    return {double(Theme::instance().px(marginX)), double(Theme::instance().px(marginY))};
}

QSize PipelineDiagramView::sizeHint() const {
    return {600, std::max(minimumSizeHint().height(), Theme::instance().px(200))};
}

QSize PipelineDiagramView::minimumSizeHint() const {
    Theme& theme = Theme::instance();
    const auto least = static_cast<int>(PipelineLayout::neededWidth(theme.px(1.0)));
    int height = theme.px(120);
    if (const PipelineDiagram* diagram = model_.diagram()) {
        const double room = std::max(width(), least) - 2 * origin().x();
        const PipelineLayout layout(*diagram, QSizeF(room, 1), theme.px(100) / 100.0);
        height = std::max(height, static_cast<int>(layout.neededHeight() + 2 * origin().y()));
    }
    return {least, height};
}

const PipelineLayout& PipelineDiagramView::layoutNow() {
    if (!layout_ && model_.diagram()) {
        const QPointF margin = origin();
        layout_.emplace(*model_.diagram(), QSizeF(width() - 2 * margin.x(), height() - 2 * margin.y()),
                        Theme::instance().px(100) / 100.0);
    }
    static const PipelineLayout none;
    return layout_ ? *layout_ : none;
}

std::vector<MessageDot> PipelineDiagramView::dots() {
    if (!model_.diagram()) return {};
    auto dots = PipelinePainter::dots(model_, layoutNow(), life_.chosen());
    for (MessageDot& dot : dots) dot.rect.translate(origin());
    return dots;
}

void PipelineDiagramView::paintEvent(QPaintEvent*) {
    QElapsedTimer clock;
    clock.start();
    QPainter painter(this);
    painter.fillRect(rect(), tokens().plotGround);
    if (!model_.diagram()) return;
    painter.translate(origin());
    PipelinePainter(painter, model_, layoutNow(), devicePixelRatioF()).paint(life_.chosen());
    painter.resetTransform();
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(QPen(tokens().accent, tokens().lineWidth, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
    drawMs_ = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
}

void PipelineDiagramView::resizeEvent(QResizeEvent* event) {
    layout_.reset();
    // A narrower one may need another band.
    if (event->size().width() != event->oldSize().width()) updateGeometry();
}

QString PipelineDiagramView::textAt(QPointF at) {
    if (!model_.diagram()) return {};
    at -= origin();
    const PipelineLayout& layout = layoutNow();
    for (std::size_t i = 0; i < layout.pipes().size(); ++i) {
        const PipelineLayout::Pipe& pipe = layout.pipes()[i];
        if (pipe.body.united(pipe.caption).united(pipe.marks).contains(at) || layout.clocks()[i].contains(at))
            return channelText(model_, static_cast<int>(i));
    }
    for (std::size_t i = 0; i < layout.stages().size(); ++i)
        if (layout.stages()[i].contains(at)) return stageText(model_, static_cast<int>(i));
    return {};
}

bool PipelineDiagramView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString text = textAt(help->pos());
    if (text.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), Qt::convertFromPlainText(text), this);
    return true;
}

void PipelineDiagramView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const auto all = dots();
    // What lies on top was drawn last.
    for (const MessageDot& dot : all | std::views::reverse)
        if (dot.rect.contains(event->position())) return life_.choose(dot.message);
    life_.choose(std::nullopt);
}

void PipelineDiagramView::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Right:
            life_.chooseNeighbour(event->key() == Qt::Key_Right ? 1 : -1);
            return;
        case Qt::Key_Space:
            Q_EMIT playAsked();
            return;
        case Qt::Key_Escape:
            life_.choose(std::nullopt);
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

}  // namespace grainscope::ui
