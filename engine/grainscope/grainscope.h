// All of the library. Smaller bites: <grainscope/runtime/join.h>, <grainscope/channel/channel.h>, and so on.
#pragma once

#include <grainscope/channel/channel.h>
#include <grainscope/collections/collections.h>
#include <grainscope/io/io.h>
#include <grainscope/iter/iter.h>
#include <grainscope/metrics/metrics.h>
#include <grainscope/runtime/cancellation.h>
#include <grainscope/runtime/runtime.h>
#include <grainscope/sort/sort.h>
