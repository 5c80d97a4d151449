#include "ui/models/explanation.h"

#include <algorithm>
#include <array>

#include <QCoreApplication>
#include <QJsonValue>

#include "ui/models/format.h"

namespace grainscope::ui {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("Explanation", text); }

/// Below this share of the workers' time a loss is not worth a sentence of its own.
constexpr double worthNaming = 0.03;
/// The busiest worker does this much more than the mean: the work is not evenly spread.
constexpr double uneven = 1.25;

}  // namespace

QString explain(const LaneModel& lanes, TimeRange range) {
    // What happens between two repetitions is no fault of the workload's.
    const std::vector<TimeRange> repetitions = lanes.repetitions(range);
    const LaneModel::Shares all = lanes.shares(-1, repetitions);
    if (all.known <= 0 || lanes.laneCount() == 0) return {};

    struct Loss {
        double share;
        const char* sentence;
    };
    const bool workers = lanes.areWorkers();
    const std::array losses{
        Loss{all.searching,
             QT_TRANSLATE_NOOP("Explanation",
                               "Largest loss: workers look for work %1 of the time. There are too few tasks to "
                               "steal: a smaller threshold makes more.")},
        Loss{all.parked,
             workers ? QT_TRANSLATE_NOOP("Explanation",
                                         "Largest loss: workers sleep %1 of the time, because nothing could be stolen. "
                                         "A part of the work runs on one worker alone.")
                     : QT_TRANSLATE_NOOP("Explanation",
                                         "Largest loss: threads sleep %1 of the time, because there is nothing for "
                                         "them to do.")},
        Loss{all.blocked,
             workers ? QT_TRANSLATE_NOOP("Explanation",
                                         "Largest loss: workers are blocked %1 of the time, waiting for a channel, a "
                                         "lock or IO.")
                     : QT_TRANSLATE_NOOP("Explanation",
                                         "Largest loss: threads are blocked %1 of the time, waiting for a channel, a "
                                         "lock or IO.")},
        Loss{all.descheduled,
             workers ? QT_TRANSLATE_NOOP("Explanation",
                                         "Largest loss: %1 of the time workers had work but no core. Other programs "
                                         "use the processor, or there are more threads than cores.")
                     : QT_TRANSLATE_NOOP("Explanation",
                                         "Largest loss: %1 of the time threads had work but no core. Other programs "
                                         "use the processor, or there are more threads than cores.")},
    };
    Nanoseconds measured = 0;
    for (const TimeRange& repetition : repetitions) measured += repetition.length();
    const double between = 1 - static_cast<double>(measured) / static_cast<double>(range.length());
    const QString aside =
        between < worthNaming
            ? QString()
            : u' ' + tr(QT_TRANSLATE_NOOP("Explanation",
                                          "Not counted here: the %1 between the repetitions, where fresh data is laid "
                                          "out and the answer checked."))
                         .arg(formatPercent(between));

    const auto largest = std::ranges::max_element(losses, {}, &Loss::share);
    if (largest->share < worthNaming)
        return tr(workers
                      ? QT_TRANSLATE_NOOP("Explanation", "Nearly nothing is lost: workers are busy %1 of the time.")
                      : QT_TRANSLATE_NOOP("Explanation", "Nearly nothing is lost: threads are busy %1 of the time."))
                   .arg(formatPercent(all.busy, 1)) +
               aside;

    QString text = tr(largest->sentence).arg(formatPercent(largest->share, 1));
    // Threads of different kinds are not meant to do equal shares.
    if (!workers) return text + aside;
    int busiest = 0;
    double most = 0;
    for (int worker = 0; worker < lanes.laneCount(); ++worker) {
        const double busy = lanes.shares(worker, repetitions).busy;
        if (busy > most) {
            most = busy;
            busiest = worker;
        }
    }
    if (lanes.laneCount() > 1 && all.busy > 0 && most > uneven * all.busy)
        text += u' ' +
                tr(QT_TRANSLATE_NOOP("Explanation", "The work is uneven: %1 is busy %2 of the time, the mean is %3."))
                    .arg(lanes.laneName(busiest).text(), formatPercent(most), formatPercent(all.busy));
    return text + aside;
}

QString explainSplitting(const QJsonObject& splitting) {
    const auto number = [&](const char* key) { return splitting.value(QLatin1StringView(key)).toInteger(); };
    const auto counted = [&](const char* key) { return formatCount(number(key)); };
    const qint64 pieces = number("pieces");
    if (pieces == 0) return {};
    const QJsonValue itemCost = splitting.value(QLatin1StringView("item_ns"));
    const bool given = splitting.value(QLatin1StringView("grain_origin")).toString() == u"given";
    const QString grain = number("grain") == 1 ? tr(QT_TRANSLATE_NOOP("Explanation", "1 item"))
                                               : tr(QT_TRANSLATE_NOOP("Explanation", "%1 items")).arg(counted("grain"));
    QString text = given ? tr(QT_TRANSLATE_NOOP("Explanation", "The grain was given: %1.")).arg(grain)
                   : itemCost.isDouble()
                       ? tr(QT_TRANSLATE_NOOP("Explanation", "The grain was found to be %1: a probe took %2 an item."))
                             .arg(grain, formatDuration(itemCost.toDouble()))
                       : tr(QT_TRANSLATE_NOOP("Explanation", "The grain was found to be %1.")).arg(grain);
    const qint64 later = number("splits_on_demand") + number("splits_by_max_len");
    text +=
        u' ' +
        tr(QT_TRANSLATE_NOOP("Explanation", "The work was cut into %1 pieces: %2 at the start, %3 on demand"))
            .arg(formatCount(pieces), formatCount(std::max<qint64>(0, pieces - later)), counted("splits_on_demand"));
    if (number("splits_by_max_len") > 0)
        text += tr(QT_TRANSLATE_NOOP("Explanation", ", %1 for their length")).arg(counted("splits_by_max_len"));
    return text + u'.';
}

}  // namespace grainscope::ui
