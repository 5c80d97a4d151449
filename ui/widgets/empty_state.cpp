#include <ui/widgets/empty_state.h>

#include <QAction>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <ui/theme/theme.h>

namespace grainscope::ui {

EmptyState::EmptyState(const QString& title, const QString& sentence, QAction* action, QWidget* parent)
    : QWidget(parent), title_(new QLabel(title)), sentence_(new QLabel(sentence)), button_(new QPushButton) {
    auto* column = new QVBoxLayout(this);
    column->setSpacing(space::gap);
    column->addStretch(1);
    for (QLabel* label : {title_, sentence_}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
        column->addWidget(label);
    }
    sentence_->setProperty("muted", true);
    column->addWidget(button_, 0, Qt::AlignHCenter);
    column->addStretch(1);

    const auto follow = [this, action] {
        QString text = action->text();
        text.remove(u'&');
        button_->setText(text);
        button_->setAccessibleName(text);
        button_->setEnabled(action->isEnabled());
        button_->setToolTip(action->toolTip());
    };
    button_->setProperty("primary", true);
    connect(action, &QAction::changed, this, follow);
    connect(button_, &QPushButton::clicked, action, &QAction::trigger);
    follow();
    connect(&Theme::instance(), &Theme::changed, this, &EmptyState::dress);
    dress();
}

void EmptyState::setSentence(const QString& sentence) { sentence_->setText(sentence); }

void EmptyState::dress() { title_->setFont(Theme::instance().font(Type::strong)); }

}  // namespace grainscope::ui
