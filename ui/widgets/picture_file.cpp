#include <ui/widgets/picture_file.h>

#include <QBuffer>
#include <QCoreApplication>
#include <QFileInfo>
#include <QImage>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <QWidget>

namespace grainscope::ui {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("PictureFile", text); }

QByteArray png(const QSize& size, const std::function<void(QPaintDevice&, const QSize&)>& paint) {
    constexpr int ratio = 2;
    QImage image(size * ratio, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    image.fill(Qt::transparent);
    paint(image, size);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    image.save(&buffer, "PNG");
    return bytes;
}

QByteArray svg(const QSize& size, const std::function<void(QPaintDevice&, const QSize&)>& paint) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(size);
    generator.setViewBox(QRect(QPoint(), size));
    generator.setTitle(QStringLiteral("Grainscope"));
    paint(generator, size);
    return bytes;
}

QByteArray pdf(const QSize& size, const std::function<void(QPaintDevice&, const QSize&)>& paint) {
    constexpr int dotsPerInch = 96;
    constexpr double pointsPerInch = 72;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(dotsPerInch);
    writer.setPageSize(QPageSize(QSizeF(size) * pointsPerInch / dotsPerInch, QPageSize::Point));
    writer.setPageMargins(QMarginsF());
    writer.setCreator(QStringLiteral("Grainscope"));
    paint(writer, size);
    return bytes;
}

}  // namespace

QString writePicture(const QString& path, const QSize& size,
                     const std::function<void(QPaintDevice&, const QSize&)>& paint) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    QByteArray bytes;
    if (suffix == QLatin1StringView("png"))
        bytes = png(size, paint);
    else if (suffix == QLatin1StringView("svg"))
        bytes = svg(size, paint);
    else if (suffix == QLatin1StringView("pdf"))
        bytes = pdf(size, paint);
    else
        return translated(
                   QT_TRANSLATE_NOOP("PictureFile", "A picture is written as .png, .svg or .pdf, not as \".%1\"."))
            .arg(suffix);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return translated(QT_TRANSLATE_NOOP("PictureFile", "%1 cannot be written: %2.")).arg(path, file.errorString());
    return {};
}

QString writePicture(const QString& path, QWidget& widget) {
    return writePicture(path, widget.size(), [&widget](QPaintDevice& device, const QSize&) {
        QPainter painter(&device);
        widget.render(&painter, QPoint(), QRegion(), QWidget::DrawWindowBackground | QWidget::DrawChildren);
    });
}

}  // namespace grainscope::ui
