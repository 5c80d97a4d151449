#include "ui/session/settings.h"

#include <algorithm>

#include <QFileInfo>
#include <QJsonDocument>

namespace grainscope::ui {

using namespace Qt::StringLiterals;

namespace {

namespace key {
const QString theme = u"look/theme"_s;
const QString textScale = u"look/textScale"_s;
const QString geometry = u"window/geometry"_s;
const QString state = u"window/state"_s;
const QString view = u"window/view"_s;
const QString layout = u"window/layout"_s;
const QString parameters = u"session/parameters"_s;
const QString folder = u"files/folder"_s;
const QString recent = u"files/recent"_s;
}  // namespace key

constexpr double smallestText = 0.8, largestText = 3;

QString oneOf(const QStringList& allowed, const QString& value) {
    return allowed.contains(value) ? value : allowed.constFirst();
}

const QStringList& themes() {
    static const QStringList names{u"system"_s, u"light"_s, u"dark"_s, u"contrast"_s};
    return names;
}

}  // namespace

Settings::Settings(QObject* parent) : QObject(parent) { read(); }

Settings::Settings(const QString& path, QObject* parent) : QObject(parent), store_(path, QSettings::IniFormat) {
    read();
}

void Settings::read() {
    theme_ = oneOf(themes(), store_.value(key::theme).toString());
    const double scale = store_.value(key::textScale, 1.0).toDouble();
    textScale_ = scale >= smallestText && scale <= largestText ? scale : 1;
    windowGeometry_ = store_.value(key::geometry).toByteArray();
    windowState_ = store_.value(key::state).toByteArray();
    view_ = store_.value(key::view, u"live"_s).toString();
    layout_ = store_.value(key::layout, u"explore"_s).toString();
    folder_ = store_.value(key::folder).toString();
    parameters_ = QJsonDocument::fromJson(store_.value(key::parameters).toByteArray()).object();
    recentFiles_ = store_.value(key::recent).toStringList();
    recentFiles_.removeAll(QString());
    recentFiles_.removeDuplicates();
    recentFiles_ = recentFiles_.mid(0, mostRecentFiles);
}

void Settings::setTheme(const QString& theme) {
    const QString known = oneOf(themes(), theme);
    if (known == theme_) return;
    theme_ = known;
    store_.setValue(key::theme, known);
    Q_EMIT themeChanged(known);
}

void Settings::setTextScale(double scale) {
    scale = std::clamp(scale, smallestText, largestText);
    if (scale == textScale_) return;
    textScale_ = scale;
    store_.setValue(key::textScale, scale);
    Q_EMIT textScaleChanged(scale);
}

void Settings::setWindowGeometry(const QByteArray& geometry) {
    if (geometry == windowGeometry_) return;
    windowGeometry_ = geometry;
    store_.setValue(key::geometry, geometry);
    Q_EMIT windowGeometryChanged();
}

void Settings::setWindowState(const QByteArray& state) {
    if (state == windowState_) return;
    windowState_ = state;
    store_.setValue(key::state, state);
    Q_EMIT windowStateChanged();
}

void Settings::setView(const QString& view) {
    if (view == view_) return;
    view_ = view;
    store_.setValue(key::view, view);
    Q_EMIT viewChanged(view);
}

void Settings::setLayout(const QString& layout) {
    if (layout == layout_) return;
    layout_ = layout;
    store_.setValue(key::layout, layout);
    Q_EMIT layoutChanged(layout);
}

void Settings::setParameters(const QJsonObject& parameters) {
    if (parameters == parameters_) return;
    parameters_ = parameters;
    store_.setValue(key::parameters, QJsonDocument(parameters).toJson(QJsonDocument::Compact));
    Q_EMIT parametersChanged();
}

void Settings::setFolder(const QString& folder) {
    if (folder == folder_) return;
    folder_ = folder;
    store_.setValue(key::folder, folder);
    Q_EMIT folderChanged(folder);
}

void Settings::addRecentFile(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    QStringList files = recentFiles_;
    files.removeAll(absolute);
    files.prepend(absolute);
    files = files.mid(0, mostRecentFiles);
    if (files == recentFiles_) return;
    recentFiles_ = files;
    store_.setValue(key::recent, recentFiles_);
    Q_EMIT recentFilesChanged();
}

void Settings::removeRecentFile(const QString& path) {
    if (recentFiles_.removeAll(QFileInfo(path).absoluteFilePath()) == 0) return;
    store_.setValue(key::recent, recentFiles_);
    Q_EMIT recentFilesChanged();
}

void Settings::clearRecentFiles() {
    if (recentFiles_.isEmpty()) return;
    recentFiles_.clear();
    store_.setValue(key::recent, recentFiles_);
    Q_EMIT recentFilesChanged();
}

void Settings::sync() { store_.sync(); }

}  // namespace grainscope::ui
