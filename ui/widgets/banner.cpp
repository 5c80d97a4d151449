#include <ui/widgets/banner.h>

#include <utility>

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include <ui/theme/theme.h>
#include <ui/widgets/icon.h>

namespace grainscope::ui {

Banner::Banner(QWidget* parent)
    : QWidget(parent), text_(new QLabel), button_(new QPushButton), close_(new QToolButton) {
    setObjectName(QStringLiteral("banner"));
    setAccessibleName(tr("Message"));
    text_->setObjectName(QStringLiteral("bannerText"));
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::PlainText);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    close_->setProperty("flat", true);
    close_->setToolTip(tr("Dismiss this message"));
    close_->setAccessibleName(tr("Dismiss this message"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(space::panel, space::half, space::half, space::half);
    row->addWidget(text_, 1);
    row->addWidget(button_);
    row->addWidget(close_);
    connect(close_, &QToolButton::clicked, this, &Banner::clear);
    connect(button_, &QPushButton::clicked, this, [this] {
        const auto action = std::exchange(action_, nullptr);
        clear();
        if (action) action();
    });
    connect(&Theme::instance(), &Theme::changed, this, &Banner::dress);
    dress();
    hide();
}

void Banner::showSentence(const QString& sentence, Tone tone) { showSentence(sentence, tone, QString(), nullptr); }

void Banner::showSentence(const QString& sentence, Tone tone, const QString& button, std::function<void()> action) {
    tone_ = tone;
    action_ = std::move(action);
    text_->setText(sentence);
    button_->setText(button);
    button_->setAccessibleName(button);
    button_->setVisible(!button.isEmpty());
    setAccessibleDescription(sentence);
    show();
    update();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void Banner::clear() {
    hide();
    text_->clear();
    action_ = nullptr;
}

QString Banner::sentence() const { return text_->text(); }

void Banner::paintEvent(QPaintEvent*) {
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.fillRect(rect(), t.lossGround);
    const QColor edge = tone_ == Tone::loss ? t.loss : tone_ == Tone::wrong ? t.wrong : t.right;
    painter.fillRect(QRect(0, 0, space::unit, height()), edge);
    painter.fillRect(QRect(0, height() - t.lineWidth, width(), t.lineWidth), t.line);
}

void Banner::dress() { close_->setIcon(themedIcon(QStringLiteral("close"), tokens().muted)); }

}  // namespace grainscope::ui
