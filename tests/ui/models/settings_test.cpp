#include <memory>

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "ui/session/settings.h"

using namespace grainscope::ui;
using namespace Qt::StringLiterals;

class SettingsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void everyKeySurvivesARestart() {
        {
            Settings settings(path());
            settings.setTheme(u"dark"_s);
            settings.setTextScale(1.5);
            settings.setWindowGeometry(QByteArray("geometry\0blob", 13));
            settings.setWindowState("state");
            settings.setView(u"scale"_s);
            settings.setLayout(u"teach"_s);
            settings.setParameters({{u"workload"_s, u"quicksort"_s}, {u"values"_s, QJsonObject{{u"n"_s, 3}}}});
            settings.setFolder(u"/home"_s);
            settings.addRecentFile(u"/a.grainscope"_s);
        }
        Settings settings(path());
        QCOMPARE(settings.theme(), u"dark"_s);
        QCOMPARE(settings.textScale(), 1.5);
        QCOMPARE(settings.windowGeometry(), QByteArray("geometry\0blob", 13));
        QCOMPARE(settings.windowState(), QByteArray("state"));
        QCOMPARE(settings.view(), u"scale"_s);
        QCOMPARE(settings.layout(), u"teach"_s);
        QCOMPARE(settings.parameters()[u"values"][u"n"].toInt(), 3);
        QCOMPARE(settings.folder(), u"/home"_s);
        QCOMPARE(settings.recentFiles(), QStringList{u"/a.grainscope"_s});
    }

    void aSignalComesOnlyWithAChange() {
        Settings settings(path());
        QSignalSpy themes(&settings, &Settings::themeChanged), scales(&settings, &Settings::textScaleChanged);
        settings.setTheme(u"light"_s);
        settings.setTheme(u"light"_s);
        QCOMPARE(themes.size(), 1);
        settings.setTextScale(1);
        QCOMPARE(scales.size(), 0);
    }

    void valuesThatMakeNoSenseReadAsDefaults() {
        {
            QSettings raw(path(), QSettings::IniFormat);
            raw.setValue(u"look/theme"_s, u"plaid"_s);
            raw.setValue(u"look/textScale"_s, 1000);
            raw.setValue(u"session/parameters"_s, QByteArray("{half a docu"));
        }
        Settings settings(path());
        QCOMPARE(settings.theme(), u"system"_s);
        QCOMPARE(settings.textScale(), 1.0);
        QVERIFY(settings.parameters().isEmpty());
    }

    void recentFilesAreNewestFirstWithoutDoublesAndAtMostTen() {
        Settings settings(path());
        for (int i = 0; i < 12; ++i) settings.addRecentFile(u"/%1.grainscope"_s.arg(i));
        settings.addRecentFile(u"/5.grainscope"_s);
        QCOMPARE(settings.recentFiles().size(), Settings::mostRecentFiles);
        QCOMPARE(settings.recentFiles().first(), u"/5.grainscope"_s);
        QCOMPARE(settings.recentFiles().count(u"/5.grainscope"_s), 1);
        settings.removeRecentFile(u"/5.grainscope"_s);
        QVERIFY(!settings.recentFiles().contains(u"/5.grainscope"_s));
        settings.clearRecentFiles();
        QVERIFY(settings.recentFiles().isEmpty());
    }

  private:
    QString path() const { return folder_->filePath(u"settings.ini"_s); }
    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(SettingsTest)
#include "settings_test.moc"
