// SPDX-License-Identifier: Apache-2.0
//
// Everything a plugin needs, except the extensions in burrow/ext/. Reading order: thread.h, types.h,
// status.h, error.h, entry.h, plugin.h, executor.h with lifecycle.h, apply.h, completion.h and event.h, then
// host.h; drain.h and message.h for drains.

#ifndef BURROW_ABI_H
#define BURROW_ABI_H

#include "burrow/apply.h"
#include "burrow/completion.h"
#include "burrow/drain.h"
#include "burrow/entry.h"
#include "burrow/error.h"
#include "burrow/event.h"
#include "burrow/executor.h"
#include "burrow/host.h"
#include "burrow/lifecycle.h"
#include "burrow/message.h"
#include "burrow/plugin.h"
#include "burrow/sizes.h"
#include "burrow/status.h"
#include "burrow/thread.h"
#include "burrow/types.h"
#include "burrow/version.h"

#endif
