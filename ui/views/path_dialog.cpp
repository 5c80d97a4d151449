#include <ui/views/path_dialog.h>

#include <QFileDialog>
#include <QFileInfo>

namespace grainscope::ui {

QString askForPath(QWidget* parent, const QString& title, const QString& now, ParameterDescription::Path path) {
    using Path = ParameterDescription::Path;
    QFileDialog dialog(parent, title);
    switch (path) {
        case Path::openFile:
        case Path::openFileOrFolder:
            dialog.setFileMode(QFileDialog::ExistingFile);
            break;
        case Path::saveFile:
            dialog.setFileMode(QFileDialog::AnyFile);
            dialog.setAcceptMode(QFileDialog::AcceptSave);
            break;
        case Path::openFolder:
        case Path::saveFolder:
            dialog.setFileMode(QFileDialog::Directory);
            dialog.setOption(QFileDialog::ShowDirsOnly);
            break;
    }
    if (const QFileInfo info(now); !now.isEmpty()) {
        dialog.setDirectory(info.isDir() ? now : info.absolutePath());
        if (!info.isDir()) dialog.selectFile(info.fileName());
    }
    return dialog.exec() == QDialog::Accepted ? dialog.selectedFiles().value(0) : QString();
}

}  // namespace grainscope::ui
