// What the window remembers, one typed key each, with a signal a key.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QObject>
#include <QSettings>
#include <QStringList>

namespace grainscope::ui {

/// Over QSettings: values are read once, kept, and written when they change. A damaged or foreign value reads as the
/// default.
class Settings : public QObject {
    Q_OBJECT
  public:
    static constexpr int mostRecentFiles = 10;

    /// The user's settings (organisation and application of QCoreApplication).
    explicit Settings(QObject* parent = nullptr);
    /// Settings in a file of their own (INI).
    explicit Settings(const QString& path, QObject* parent = nullptr);

    /// "system", "light", "dark" or "contrast".
    [[nodiscard]] QString theme() const { return theme_; }
    void setTheme(const QString& theme);
    /// 1 is the system's size; 0.8 to 3.
    [[nodiscard]] double textScale() const { return textScale_; }
    void setTextScale(double scale);
    /// QMainWindow's blobs.
    [[nodiscard]] QByteArray windowGeometry() const { return windowGeometry_; }
    void setWindowGeometry(const QByteArray& geometry);
    [[nodiscard]] QByteArray windowState() const { return windowState_; }
    void setWindowState(const QByteArray& state);
    /// The view on top: "live", "scale", "tune".
    [[nodiscard]] QString view() const { return view_; }
    void setView(const QString& view);
    /// The shipped layout chosen last: "explore", "teach", "tune".
    [[nodiscard]] QString layout() const { return layout_; }
    void setLayout(const QString& layout);
    /// ParameterModel::toJson: the workload and every workload's values.
    [[nodiscard]] QJsonObject parameters() const { return parameters_; }
    void setParameters(const QJsonObject& parameters);
    /// The folder that file dialogs open in.
    [[nodiscard]] QString folder() const { return folder_; }
    void setFolder(const QString& folder);
    /// Newest first, absolute, no doubles, at most mostRecentFiles.
    [[nodiscard]] QStringList recentFiles() const { return recentFiles_; }
    void addRecentFile(const QString& path);
    void removeRecentFile(const QString& path);
    void clearRecentFiles();

    /// Puts everything on disk now; it happens by itself too.
    void sync();

  Q_SIGNALS:
    void themeChanged(const QString& theme);
    void textScaleChanged(double scale);
    void windowGeometryChanged();
    void windowStateChanged();
    void viewChanged(const QString& view);
    void layoutChanged(const QString& layout);
    void parametersChanged();
    void folderChanged(const QString& folder);
    void recentFilesChanged();

  private:
    void read();

    QSettings store_;
    QString theme_, view_, layout_, folder_;
    double textScale_ = 1;
    QByteArray windowGeometry_, windowState_;
    QJsonObject parameters_;
    QStringList recentFiles_;
};

}  // namespace grainscope::ui
