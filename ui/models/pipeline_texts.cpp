#include "ui/models/pipeline_texts.h"

#include <QCoreApplication>

#include "ui/models/format.h"
#include "ui/models/pipeline_model.h"

namespace grainscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::PipelineTexts)
};

/// "worker 2", "workers 1 to 3", "blocking thread 0 to blocking thread 2"
QString rowsText(const PipelineModel& model, const PipelineDiagram::Stage& stage) {
    const Nanoseconds at = model.moment();
    const int last = stage.firstRow + stage.rows - 1;
    if (stage.rows == 1) return model.names().text(stage.firstRow, at);
    if (model.names().areWorkers(at)) return Text::tr("workers %1 to %2").arg(stage.firstRow).arg(last);
    return Text::tr("%1 to %2").arg(model.names().text(stage.firstRow, at), model.names().text(last, at));
}

}  // namespace

QString stageText(const PipelineModel& model, int stage) {
    const PipelineDiagram::Stage& described = model.diagram()->stage(stage);
    QStringList lines{described.name};
    lines << rowsText(model, described);
    const auto number = static_cast<std::size_t>(stage);
    if (number < model.figures().stages.size()) {
        const StageFigures& figures = model.figures().stages[number];
        if (figures.busy) lines << Text::tr("busy %1 of the time").arg(formatPercent(*figures.busy, 1));
        if (figures.serviceNs)
            lines << Text::tr("%1 for a message (median of %2 followed)")
                         .arg(formatDuration(*figures.serviceNs), formatCount(figures.followed));
        lines << Text::tr("%1 messages").arg(formatRate(figures.perSecond));
    }
    return lines.join(u'\n');
}

QString channelText(const PipelineModel& model, int channel) {
    QStringList lines;
    for (int column = 0; column < model.columnCount(); ++column) {
        const QString value = model.index(channel, column).data().toString();
        if (value != unknownText())
            lines << Text::tr("%1: %2").arg(model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(),
                                            value);
    }
    return lines.join(u'\n');
}

}  // namespace grainscope::ui
