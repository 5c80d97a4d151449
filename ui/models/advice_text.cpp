#include "ui/models/advice_text.h"

#include <utility>

#include <grainscope/study/advice.h>

namespace grainscope::ui {

QString AdviceText::of(const LiveRecording& recording) {
    if (recording.isLive()) return {};
    RecordingPtr shared = recording.share();
    if (shared == asked_ && shared->version == version_) return text_;
    asked_ = std::move(shared);
    version_ = asked_->version;
    const study::Advice advice = study::advise(*asked_);
    text_ = QString::fromStdString(advice.sentence);
    if (!advice.missing.empty()) text_ += u' ' + QString::fromStdString(advice.missing);
    text_.replace(QStringLiteral(" %"), QStringLiteral("\u00a0%"));  // a number and its unit stay on one line
    return text_;
}

}  // namespace grainscope::ui
