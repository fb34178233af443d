// SPDX-License-Identifier: Apache-2.0
//
// The status every fallible function answers with, as int32_t. Each code has one meaning.
//
// Zero is success, negative is not. Unknown codes are legal input on both sides. Codes below
// BURROW_STATUS_VENDOR belong to plugins; the host treats one as INTERNAL and keeps the number.

#ifndef BURROW_STATUS_H
#define BURROW_STATUS_H

#define BURROW_OK 0

#define BURROW_INVALID (-1)       // an argument is malformed; the same call will never succeed
#define BURROW_UNIMPLEMENTED (-2) // this side does not have the function, and never will in this process
#define BURROW_STALE (-3)         // the token, run or handle is not (or no longer) the caller's
#define BURROW_WOULD_BLOCK (-4)   // no room now; nothing was taken; a later call tells when there is room
#define BURROW_CANCELLED (-5)     // the work ended, or must end, because it was cancelled
#define BURROW_CLOSED (-6)        // that side is shutting down or gone; ask no more
#define BURROW_BAD_STATE (-7)     // legal call, wrong lifecycle state; see the tag
#define BURROW_INCOMPATIBLE (-8)  // the two sides speak revisions that do not meet
#define BURROW_UNAVAILABLE (-9)   // something outside this process cannot be reached now
#define BURROW_TIMEOUT (-10)      // a deadline passed
#define BURROW_DENIED (-11)       // a policy, a hook or a permission forbids it
#define BURROW_NOT_FOUND (-12)    // a named thing does not exist
#define BURROW_DUPLICATE (-13)    // the same thing was taken before; that counts, this does not
#define BURROW_TOO_LARGE (-14)    // over a size limit; smaller would do
#define BURROW_CONFLICT (-15)     // contradicts something already there
#define BURROW_BUSY (-16)         // one at a time, and one is under way
#define BURROW_EXHAUSTED (-17)    // a budget, quota or resource ran out
#define BURROW_CONFIG (-18)       // the configuration is wrong; a person must change it
#define BURROW_IO (-19)           // reading or writing failed
#define BURROW_INTERNAL (-20)     // a fault of the answering side

#define BURROW_STATUS_VENDOR (-1000) // codes below this one are the plugin's own

#endif
