// QCustomPlot's header for code that is compiled without Qt's keyword macros. Costs seconds a translation unit: only
// the sources that plot include it, every header forward-declares.
#pragma once

#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef foreach
#undef slots
#undef signals
