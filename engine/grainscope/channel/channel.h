// Channels: messages between threads, as in crossbeam-channel. README.md has the protocols.
#pragma once

#include <grainscope/channel/errors.h>
#include <grainscope/channel/instant.h>
#include <grainscope/channel/make.h>
#include <grainscope/channel/receiver.h>
#include <grainscope/channel/select.h>
#include <grainscope/channel/select_arms.h>
#include <grainscope/channel/sender.h>
#include <grainscope/channel/spin_policy.h>
#include <grainscope/channel/telemetry.h>
