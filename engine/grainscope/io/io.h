// Asynchronous work: tasks that wait without keeping a thread, and a bounded set of threads for what cannot.
#pragma once

#include <grainscope/io/error.h>
#include <grainscope/io/http.h>
#include <grainscope/io/http_server.h>
#include <grainscope/io/join_all.h>
#include <grainscope/io/join_handle.h>
#include <grainscope/io/runtime.h>
#include <grainscope/io/spawn_blocking.h>
#include <grainscope/io/task.h>
#include <grainscope/io/task_group.h>
#include <grainscope/io/time.h>
