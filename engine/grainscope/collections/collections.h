// All concurrent collections.
#pragma once

#include <grainscope/collections/array_queue.h>
#include <grainscope/collections/seg_queue.h>
#include <grainscope/collections/skip_map.h>
#include <grainscope/collections/skip_set.h>
