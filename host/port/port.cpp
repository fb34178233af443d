// SPDX-License-Identifier: Apache-2.0
// The interfaces hold no code but for the table of faults; this file checks that each header stands alone.
#include "port/clock.h"
#include "port/executor.h"
#include "port/plugin_catalog.h"
#include "port/plugin_fault.h"
#include "port/store.h"
