// SPDX-License-Identifier: Apache-2.0
// The raw counterpart of a plugin call: one function in a table, nothing around it.
#include <stdint.h>

static uint64_t call(void *self, uint64_t number)
{
    uint64_t *state = self;
    *state += number;
    return *state;
}

const struct
{
    uint64_t (*call)(void *self, uint64_t number);
} raw_call_table = {call};
