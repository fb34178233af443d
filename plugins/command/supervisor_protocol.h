// SPDX-License-Identifier: Apache-2.0
//
// What passes between the plugin and the supervisor of one program.
//
//   burrow-command-supervisor WORKING_DIRECTORY PROGRAM ARGUMENT…
//
// Descriptors 0, 1 and 2 are the program's. On the control pipe the plugin writes one byte for each signal that
// the program's group is to receive; its end of file means: kill everything. That end comes also when the host
// dies, however it dies, which is what the pipe is for.
//
// On the report pipe come FORKED, before the program can do anything; STARTED, once it runs; and exactly one of
// the others, which is the last.

#ifndef COMMAND_SUPERVISOR_PROTOCOL_H
#define COMMAND_SUPERVISOR_PROTOCOL_H

#include <stdint.h>

#define SUPERVISOR_CONTROL_FD 3
#define SUPERVISOR_REPORT_FD 4

#define SUPERVISOR_FORKED 1       // value: the program's process id, which is also its group's
#define SUPERVISOR_STARTED 2      // value: 0
#define SUPERVISOR_FORK_FAILED 3  // value: errno
#define SUPERVISOR_CHDIR_FAILED 4 // value: errno
#define SUPERVISOR_EXEC_FAILED 5  // value: errno
#define SUPERVISOR_EXITED 6       // value: a wait status; nothing of the program's is left alive

// Smaller than PIPE_BUF, so that a report is written and read whole.
struct supervisor_report
{
    int32_t kind;
    int32_t value;
};

#endif
