// SPDX-License-Identifier: Apache-2.0
//
// Progress of a run, streamed with `host->emit`.
//
// Events of one token keep the order in which `emit` accepted them; for two threads that emit for one token
// the order is not defined. The host stamps them with session, run and inputs, keeps a bounded ring per
// session in memory, and forwards types it does not know. Events are for watchers: the answer is what the
// completion carries.

#ifndef BURROW_EVENT_H
#define BURROW_EVENT_H

#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BURROW_EVENT_BEGUN 1        // the work itself has begun; any other event says so too
#define BURROW_EVENT_TEXT_DELTA 2   // `text` continues the answer
#define BURROW_EVENT_TOOL_STARTED 3 // `name` is the tool, `json` its arguments and "call" id
#define BURROW_EVENT_TOOL_ENDED 4   // `name` is the tool, `json` its result and "call" id
#define BURROW_EVENT_USAGE 5        // `json` counts what was used; what is missing is unknown, not zero
#define BURROW_EVENT_NOTICE 6       // `text` is a sentence for the person watching
#define BURROW_EVENT_STATUS 7       // `text` says what is being done now; replaces the one before
#define BURROW_EVENT_VENDOR 8       // `name` is the vendor's type, "example.com/thing"

#define BURROW_EVENT_DROPPABLE 1u // the host may drop it instead of answering WOULD_BLOCK
#define BURROW_EVENT_COALESCE 2u  // the host may join it with the one before of the same type and name

// Growable.
typedef struct burrow_event
{
    uint32_t struct_size;
    int32_t type;   // BURROW_EVENT_*
    uint64_t flags; // BURROW_EVENT_DROPPABLE, BURROW_EVENT_COALESCE
    burrow_text name;
    burrow_text text;
    burrow_text json; // a JSON value, or empty
} burrow_event;

#ifdef __cplusplus
}
#endif

#endif
