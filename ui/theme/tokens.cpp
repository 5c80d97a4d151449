#include <ui/theme/tokens.h>

namespace grainscope::ui {
namespace {

Tokens light() {
    return {
        .window = 0xf3f4f6,
        .panel = 0xffffff,
        .raised = 0xf7f8fa,
        .plotGround = 0xffffff,
        .line = 0xd9dde2,
        .grid = 0xeceff2,
        .text = 0x1d2329,
        .muted = 0x66707b,
        .disabled = 0x9aa3ac,
        .accent = 0x0072b2,
        .accentHover = 0x0a82c6,
        .onAccent = 0xffffff,
        .selection = 0xdcecf7,
        .hover = 0xeceff2,
        .loss = 0xd55e00,
        .lossGround = 0xfdf0e6,
        .right = 0x009e73,
        .wrong = 0xb3261e,
        .searching = 0x97a0aa,
        .descheduled = 0xd55e00,
        .steal = 0x1d2329,
        .stripe = 0xffffff,
        .workers = {0x0072b2, 0xe69f00, 0x009e73, 0xcc79a7, 0x56b4e9, 0xf0e442, 0xd55e00, 0x999999},
    };
}

Tokens dark() {
    return {
        .window = 0x15181c,
        .panel = 0x1b1f24,
        .raised = 0x242a31,
        .plotGround = 0x101316,
        .line = 0x2f363f,
        .grid = 0x252b32,
        .text = 0xe6e9ed,
        .muted = 0x9aa4af,
        .disabled = 0x66707b,
        .accent = 0x56b4e9,
        .accentHover = 0x7cc5ef,
        .onAccent = 0x0e1a22,
        .selection = 0x223a4d,
        .hover = 0x2c333b,
        .loss = 0xd55e00,
        .lossGround = 0x33241a,
        .right = 0x2fbf96,
        .wrong = 0xff7b72,
        .searching = 0x6d7782,
        .descheduled = 0xd55e00,
        .steal = 0xf2f4f6,
        .stripe = 0x101316,
        .workers = {0x56b4e9, 0xe69f00, 0x2fbf96, 0xd98fb9, 0x7fd0ff, 0xf0e442, 0xff8a4c, 0xb0b0b0},
    };
}

Tokens highContrast(const Tokens& base, bool dark) {
    Tokens tokens = base;
    const QColor ground = dark ? QColor(0x000000U) : QColor(0xffffffU);
    const QColor ink = dark ? QColor(0xffffffU) : QColor(0x000000U);
    for (QColor* surface : {&tokens.window, &tokens.panel, &tokens.raised, &tokens.plotGround, &tokens.lossGround})
        *surface = ground;
    for (QColor* mark : {&tokens.text, &tokens.muted, &tokens.line, &tokens.steal, &tokens.searching}) *mark = ink;
    tokens.grid = dark ? QColor(0x5a5a5aU) : QColor(0xa0a0a0U);
    tokens.disabled = dark ? QColor(0xb0b0b0U) : QColor(0x555555U);
    tokens.accent = dark ? QColor(0xffe14dU) : QColor(0x00417aU);
    tokens.accentHover = tokens.accent;
    tokens.onAccent = ground;
    tokens.selection = dark ? QColor(0x003f6bU) : QColor(0xbfe3ffU);
    tokens.hover = tokens.selection;
    tokens.stripe = ground;
    tokens.lineWidth = 2;
    tokens.patternsAlways = true;
    return tokens;
}

}  // namespace

const Tokens& tokensFor(Look look) {
    static const Tokens lightTokens = light();
    static const Tokens darkTokens = dark();
    static const Tokens highContrastLightTokens = highContrast(lightTokens, false);
    static const Tokens highContrastDarkTokens = highContrast(darkTokens, true);
    switch (look) {
        case Look::light:
            return lightTokens;
        case Look::dark:
            return darkTokens;
        case Look::highContrastLight:
            return highContrastLightTokens;
        case Look::highContrastDark:
            break;
    }
    return highContrastDarkTokens;
}

}  // namespace grainscope::ui
