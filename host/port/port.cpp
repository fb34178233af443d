// SPDX-License-Identifier: Apache-2.0
// This file checks that each header of an interface stands alone.
#include "port/clock.h"
#include "port/executor.h"
#include "port/plugin_catalog.h"
