// Everything of the runtime: the pool, join, scope, spawn, broadcast, isolation, cancellation.
#pragma once

#include <grainscope/runtime/blocking.h>
#include <grainscope/runtime/broadcast.h>
#include <grainscope/runtime/cancellation.h>
#include <grainscope/runtime/isolate.h>
#include <grainscope/runtime/join.h>
#include <grainscope/runtime/scope.h>
#include <grainscope/runtime/spawn.h>
#include <grainscope/runtime/telemetry.h>
#include <grainscope/runtime/thread_pool.h>
#include <grainscope/runtime/thread_scope.h>
