// All metrics: counters, gauges, histograms, and the registry that knows them by name.
#pragma once

#include <grainscope/metrics/counter.h>
#include <grainscope/metrics/histogram.h>
#include <grainscope/metrics/registry.h>
