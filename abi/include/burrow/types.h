// SPDX-License-Identifier: Apache-2.0
//
// The plain types everything else is made of.
//
// Memory has three lifetimes, and nothing returned is ever freed by the other side:
//   borrowed  every argument, in both directions, is valid until the call returns; who needs it
//             longer copies it;
//   static    tables, descriptors and ids live from the moment they are handed over until
//             `deinit` returns, because libraries are never unloaded;
//   copied    the host copies what it keeps of a completion, an event, a message or an error.
//
// Growth: each struct named as growable starts with `struct_size`, set by its producer to the
// sizeof it was compiled with. Fields are only ever appended. The consumer reads a field only if
// it lies inside `struct_size` (BURROW_HAS), accepts sizes larger than it knows, and refuses sizes
// below the base in sizes.h. Growable structs are never embedded by value in other structs.

#ifndef BURROW_TYPES_H
#define BURROW_TYPES_H

#include <stddef.h>
#include <stdint.h>

#if UINTPTR_MAX != UINT64_MAX
#error "The Burrow ABI is defined for 64-bit targets."
#endif

#ifdef __cplusplus
extern "C" {
#endif

// UTF-8, not NUL-terminated. `data` may be null only if `size` is 0.
typedef struct burrow_text
{
    const char *data;
    uint64_t size; // bytes
} burrow_text;

// Opaque bytes. Always passed as a pointer: null is "none", size 0 is "present and empty".
typedef struct burrow_bytes
{
    const void *data;
    uint64_t size;
} burrow_bytes;

// `count` elements, each `stride` bytes after the one before. The stride is the sizeof the producer
// was compiled with, so the element type can grow; step by it, never by your own sizeof
// (BURROW_AT does). An element lies inside its stride as a field lies inside `struct_size`.
typedef struct burrow_array
{
    const void *data; // null only if count is 0
    uint64_t count;
    uint32_t stride;
    uint32_t reserved; // 0
} burrow_array;

// A completion's ticket, minted by the host; see completion.h. Never 0.
typedef uint64_t burrow_token;

// Names an instance towards the host (create_request). Never 0, never reused in a process.
typedef uint64_t burrow_instance;

// Where a drain puts its messages; see drain.h. Never 0.
typedef uint64_t burrow_inbox;

// Initialises a burrow_text from a string literal, also in static data.
#define BURROW_TEXT(literal)                                                                                   \
    {                                                                                                          \
        (literal), sizeof(literal) - 1                                                                         \
    }

// The element `index` of a burrow_array as a `const type *`.
#define BURROW_AT(type, array, index)                                                                          \
    ((const type *)(const void *)((const char *)(array).data + (uint64_t)(array).stride * (index)))

// Whether `pointer->field` lies inside the struct that its producer filled.
#define BURROW_HAS(type, pointer, field)                                                                       \
    ((pointer)->struct_size >= offsetof(type, field) + sizeof((pointer)->field))

#ifdef __cplusplus
}
#endif

#endif
