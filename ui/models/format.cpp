#include "ui/models/format.h"

#include <array>
#include <cmath>

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

namespace grainscope::ui {

using namespace Qt::StringLiterals;

namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(grainscope::ui::Format)
};

constexpr QChar noBreakSpace(0xa0);

/// The default locale; the C locale has no thousands separators, and people want them.
QLocale numberLocale() {
    const QLocale locale;
    return locale.language() == QLocale::C ? QLocale(QLocale::English, QLocale::UnitedStates) : locale;
}

/// Three significant figures below 1,000, whole numbers above.
QString threeFigures(double value) {
    const double size = std::abs(value);
    const int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    return numberLocale().toString(value, 'f', decimals);
}

/// Like threeFigures, but a whole number keeps no zeros behind the point.
QString upToThreeFigures(double value) {
    const QString text = threeFigures(value);
    const double rounded = std::round(value);
    return std::abs(value - rounded) < 0.005 ? numberLocale().toString(rounded, 'f', 0) : text;
}

struct Unit {
    double size;
    QString name;
};

/// The largest unit in which the value, rounded, is at least 1; milliseconds serve up to ten seconds.
Unit durationUnit(double nanoseconds) {
    const double size = std::abs(nanoseconds);
    if (size < 999.5) return {1, u"ns"_s};
    if (size < 999.5e3) return {1e3, u"µs"_s};
    if (size < 9999.5e6) return {1e6, u"ms"_s};
    return {1e9, u"s"_s};
}

QString withSuffix(double value, const QString& unit) {
    static constexpr std::array<const char16_t*, 5> suffixes{u"", u"k", u"M", u"G", u"T"};
    std::size_t index = 0;
    while (std::abs(value) >= 999.5 && index + 1 < suffixes.size()) {
        value /= 1000;
        ++index;
    }
    const QString suffix = QString::fromUtf16(suffixes[index]) + unit;
    return suffix.isEmpty() ? upToThreeFigures(value) : upToThreeFigures(value) + noBreakSpace + suffix;
}

QString twoDigits(qint64 value) { return QStringLiteral("%1").arg(value, 2, 10, QLatin1Char('0')); }

}  // namespace

QString unknownText() { return u"—"_s; }

QString formatCount(qint64 count) { return numberLocale().toString(count); }

QString formatCompact(double value) { return withSuffix(value, {}); }

QString formatDuration(double nanoseconds) {
    if (!std::isfinite(nanoseconds)) return unknownText();
    if (std::abs(nanoseconds) >= 119.5e9) {
        const qint64 seconds = std::llround(std::abs(nanoseconds) / 1e9);
        const QString sign = nanoseconds < 0 ? u"-"_s : QString();
        return Text::tr("%1%2 min %3 s")
            .arg(sign, numberLocale().toString(seconds / 60), twoDigits(seconds % 60))
            .replace(QLatin1Char(' '), noBreakSpace);
    }
    const Unit unit = durationUnit(nanoseconds);
    const double value = nanoseconds / unit.size;
    const bool whole = unit.size == 1 && value == std::round(value);
    return (whole ? numberLocale().toString(value, 'f', 0) : threeFigures(value)) + noBreakSpace + unit.name;
}

QString formatElapsed(double nanoseconds) {
    const qint64 tenths = static_cast<qint64>(std::max(0.0, nanoseconds) / 1e8);
    const qint64 seconds = tenths / 10;
    const qint64 hours = seconds / 3600;
    if (hours > 0) {
        return QStringLiteral("%1:%2:%3").arg(hours).arg(twoDigits(seconds / 60 % 60), twoDigits(seconds % 60));
    }
    return QStringLiteral("%1:%2%3%4")
        .arg(seconds / 60)
        .arg(twoDigits(seconds % 60), numberLocale().decimalPoint())
        .arg(tenths % 10);
}

QString formatDurationInterval(double lowNanoseconds, double highNanoseconds) {
    const Unit unit = durationUnit(highNanoseconds);
    return QStringLiteral("%1 – %2%3%4")
        .arg(threeFigures(lowNanoseconds / unit.size), threeFigures(highNanoseconds / unit.size), noBreakSpace,
             unit.name);
}

QString formatPercent(double fraction, int decimals) {
    if (!std::isfinite(fraction)) return unknownText();
    return numberLocale().toString(fraction * 100, 'f', decimals) + noBreakSpace + u'%';
}

QString formatSpeedup(double ratio) {
    if (!std::isfinite(ratio)) return unknownText();
    return numberLocale().toString(ratio, 'f', 2) + u'×';
}

QString formatRate(double perSecond) { return withSuffix(perSecond, {}) + u"/s"_s; }

QString formatBytes(double bytes) { return withSuffix(bytes, u"B"_s); }

QString formatQuantity(double value, const QString& unit) {
    if (!std::isfinite(value)) return unknownText();
    if (unit == u"bytes") return formatBytes(value);
    if (unit == u"ns") return formatDuration(value);
    constexpr double manyFigures = 1000;
    const QString number =
        std::abs(value) >= manyFigures ? numberLocale().toString(value, 'f', 0) : upToThreeFigures(value);
    return unit.isEmpty() ? number : number + noBreakSpace + unit;
}

QString formatReal(double value, int significant) {
    if (!std::isfinite(value)) return unknownText();
    return numberLocale().toString(value, 'g', significant);
}

std::optional<double> parseNumber(QStringView text) {
    QString plain = text.toString();
    static const QRegularExpression spaces(u"[\\s_\\x{a0}\\x{202f}]"_s);
    plain.remove(spaces);
    double factor = 1;
    if (!plain.isEmpty()) {
        switch (plain.back().toLower().unicode()) {
            case u'k':
                factor = 1e3;
                break;
            case u'm':
                factor = 1e6;
                break;
            case u'g':
                factor = 1e9;
                break;
            case u't':
                factor = 1e12;
                break;
            default:
                break;
        }
        if (factor != 1) plain.chop(1);
    }
    static const QRegularExpression grouped(u"^[+-]?\\d{1,3}(,\\d{3})+(\\.\\d*)?$"_s);
    if (grouped.match(plain).hasMatch()) plain.remove(u',');
    bool ok = false;
    double value = QLocale::c().toDouble(plain, &ok);
    if (!ok) value = numberLocale().toDouble(plain, &ok);
    if (!ok || !std::isfinite(value)) return std::nullopt;
    return value * factor;
}

}  // namespace grainscope::ui
