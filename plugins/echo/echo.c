// SPDX-License-Identifier: Apache-2.0
//
// echo: an executor that answers what it is told. A whole plugin, to be read from top to bottom.
//
// How a host uses this file:
//
//   1. It reads echo.burrow-plugin.json, which lies beside libecho.so, and learns what the library is.
//   2. It opens the library and calls burrow_plugin_entry_v1, which hands over the table `plugin`.
//   3. It calls `init` once with the table of functions that a plugin may call.
//   4. For every session that uses this executor it calls `create`. What that stores in `out_self` is `self`
//      in every other call: `apply`, one run at a time, and at the end `stop` and `destroy`.
//
// The header thread.h says on which thread and in which state each function is called; the comment above every
// function pointer of executor.h says what it must do. This plugin does all its work inside `apply`. One whose
// work takes longer returns at once and completes later, from a thread of its own: see plugins/command.

#include "manifest.h" // made from the manifest, so that the descriptor below says the same

#include "burrow/abi.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Set once by `init`, before any instance exists, and never changed: it needs no lock.
static const burrow_host *host;

// One session's executor.
struct echo
{
    char *prefix; // owned; not NUL-terminated, as no text of the ABI is
    uint64_t prefix_size;
    bool uppercase;
};

// Reads the configuration into `echo`. Answers null, or the sentence that tells what is wrong with it. The JSON
// reader is the end of this file.
static const char *read_config(struct echo *echo, burrow_text json);

// ---- An instance's life ----

static void destroy(void *self)
{
    struct echo *echo = self;
    free(echo->prefix);
    free(echo);
}

// Everything in `request` is borrowed: it is gone when this function returns, so what is kept is copied.
static int32_t create(const burrow_create_request *request, void **out_self)
{
    struct echo *echo = calloc(1, sizeof *echo);
    if (!echo)
        return BURROW_EXHAUSTED;

    const char *problem = read_config(echo, request->config_json);
    if (problem) {
        // A status says what kind of refusal this is; the sink takes the sentence for the person who must act.
        const burrow_error error = {
            .struct_size = sizeof error,
            .code = BURROW_CONFIG,
            .flags = BURROW_ERROR_USER_FAULT,
            .message = {problem, strlen(problem)},
        };
        request->error(request->error_ctx, &error);
        destroy(echo);
        return BURROW_CONFIG;
    }
    *out_self = echo;
    return BURROW_OK;
}

// ---- A run ----

// Ends what `token` stands for, successfully. `result` is set for a run and null for a stop. The host copies
// what it keeps before it returns, so the answer may be freed right after.
static void complete_ok(burrow_token token, const burrow_apply_result *result)
{
    const burrow_completion completion = {
        .struct_size = sizeof completion, .status = BURROW_OK, .apply = result};
    host->complete(host->ctx, token, &completion);
}

static void append_text(char *answer, uint64_t *size, const char *data, uint64_t data_size)
{
    if (data_size == 0)
        return; // data may be null then
    memcpy(answer + *size, data, data_size);
    *size += data_size;
}

// Writes the answer, one line for each append, and returns its size. With `answer` null it only counts.
static uint64_t write_answer(const struct echo *echo, burrow_array appends, char *answer)
{
    uint64_t size = 0;
    for (uint64_t i = 0; i < appends.count; ++i) {
        // A newer host's elements may be larger than this file knows; BURROW_AT steps by their true size.
        const burrow_text text = BURROW_AT(burrow_append, appends, i)->text;
        if (!answer) {
            size += (i > 0) + echo->prefix_size + text.size;
            continue;
        }
        if (i > 0)
            append_text(answer, &size, "\n", 1);
        append_text(answer, &size, echo->prefix, echo->prefix_size);
        const uint64_t text_begin = size;
        append_text(answer, &size, text.data, text.size);
        for (uint64_t at = text_begin; echo->uppercase && at < size; ++at) {
            if (answer[at] >= 'a' && answer[at] <= 'z') // never part of a longer UTF-8 sequence
                answer[at] -= 'a' - 'A';
        }
    }
    return size;
}

// To return OK is to promise that `token` will be completed exactly once; it may happen before the return.
static int32_t apply(void *self, const burrow_apply_request *request, burrow_token token)
{
    const struct echo *echo = self;

    // Cancelling is a level that the host raises first; only then it calls `cancel`. So a plugin that asks here
    // misses nothing that came before, whoever was faster.
    if (host->cancelled(host->ctx, token) != BURROW_CANCEL_NONE) {
        const burrow_completion cancelled = {.struct_size = sizeof cancelled, .status = BURROW_CANCELLED};
        host->complete(host->ctx, token, &cancelled);
        return BURROW_OK;
    }

    burrow_apply_result result = {.struct_size = sizeof result, .terminal = BURROW_TERMINAL_NONE};
    if (request->primitive != BURROW_PRIMITIVE_STAGED_INPUT || request->appends.count == 0) {
        // Context to remember, or a wish to go on: nobody asked for an answer.
        if (request->execution == BURROW_EXECUTION_RESUME_PENDING)
            result.terminal = BURROW_TERMINAL_NO_PENDING_BOUNDARY;
        complete_ok(token, &result);
        return BURROW_OK;
    }

    char *answer = malloc(write_answer(echo, request->appends, NULL) + 1);
    if (!answer)
        return BURROW_EXHAUSTED; // to return anything but OK is to refuse: nothing was started, nothing follows
    result.terminal = BURROW_TERMINAL_RESULT;
    result.text.size = write_answer(echo, request->appends, answer);
    result.text.data = answer;
    complete_ok(token, &result);
    free(answer);
    return BURROW_OK;
}

// The host may call this while `apply` runs on another thread. Here there is nothing to signal: a run that has
// begun is over in a moment, and for a token that is not open OK is the right answer.
static int32_t cancel(void *self, const burrow_cancel_request *request)
{
    (void)self;
    (void)request;
    return BURROW_OK;
}

// Called with no run open. There is no thread to end, no descriptor to close: the instance is at rest.
static int32_t stop(void *self, const burrow_stop_request *request, burrow_token token)
{
    (void)self;
    (void)request;
    complete_ok(token, NULL);
    return BURROW_OK;
}

// ---- What the host is told ----

static int32_t init(const burrow_host *host_table, const burrow_text *config_json)
{
    (void)config_json;
    host = host_table;
    return BURROW_OK;
}

static const burrow_descriptor descriptor = {
    .struct_size = sizeof(burrow_descriptor),
    .thread_model = BURROW_THREAD_SERIAL_INSTANCE,
    .abi_min = 1,
    .abi_built = BURROW_ABI_VERSION,
    .flags = BURROW_PLUGIN_CANCELS_BOUNDARY | BURROW_PLUGIN_CANCELS_HARD,
    .id = BURROW_TEXT(MANIFEST_ID),
    .version = BURROW_TEXT(MANIFEST_VERSION),
    .name = BURROW_TEXT("Echo"),
    .config_schema_json = BURROW_TEXT(MANIFEST_CONFIG_SCHEMA),
};

// The slots that are not named are null: `cleanup`, because nothing is left behind outside the process;
// `get_extension`, because there is none; `resume`, because no event is emitted.
static const burrow_executor_vtable executor = {
    .struct_size = sizeof(burrow_executor_vtable),
    .create = create,
    .apply = apply,
    .cancel = cancel,
    .stop = stop,
    .destroy = destroy,
};

static const burrow_plugin plugin = {
    .struct_size = sizeof(burrow_plugin),
    .descriptor = &descriptor,
    .executor = &executor,
    .init = init,
};

int32_t burrow_plugin_entry_v1(const burrow_host_offer *offer, const burrow_plugin **out)
{
    if (offer->abi_max < descriptor.abi_min) {
        const burrow_error error = {
            .struct_size = sizeof error,
            .code = BURROW_INCOMPATIBLE,
            .message = BURROW_TEXT("This host is older than the echo plugin; update the host."),
        };
        offer->error(offer->error_ctx, &error);
        return BURROW_INCOMPATIBLE;
    }
    *out = &plugin;
    return BURROW_OK;
}

// ---- The configuration ----
//
// A reader for just the JSON that the schema in the manifest allows: one object of strings and booleans.

struct reader
{
    const char *at;
    const char *end;
};

static bool take(struct reader *reader, const char *literal)
{
    const uint64_t size = strlen(literal);
    if ((uint64_t)(reader->end - reader->at) < size || memcmp(reader->at, literal, size) != 0)
        return false;
    reader->at += size;
    return true;
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end && memchr(" \t\n\r", *reader->at, 4))
        ++reader->at;
}

// Four hexadecimal digits, or -1.
static int32_t read_hex(struct reader *reader)
{
    if (reader->end - reader->at < 4)
        return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        const char digit = *reader->at++;
        if (digit >= '0' && digit <= '9')
            value = value * 16 + (digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            value = value * 16 + (digit - 'a' + 10);
        else if (digit >= 'A' && digit <= 'F')
            value = value * 16 + (digit - 'A' + 10);
        else
            return -1;
    }
    return value;
}

// What follows `\u`: a code point, of which those beyond 16 bits are written as two halves.
static int32_t read_code_point(struct reader *reader)
{
    const int32_t high = read_hex(reader);
    if (high < 0xd800 || high > 0xdfff)
        return high;
    if (high > 0xdbff || !take(reader, "\\u"))
        return -1;
    const int32_t low = read_hex(reader);
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static uint64_t write_utf8(char *out, int32_t code_point)
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    const uint64_t size = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    const int32_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (uint64_t i = size - 1; i > 0; --i) {
        out[i] = (char)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    out[0] = (char)(leads[size] | code_point);
    return size;
}

static bool read_escape(struct reader *reader, char *out, uint64_t *size)
{
    if (reader->at == reader->end)
        return false;
    const char escape = *reader->at++;
    if (escape == 'u') {
        const int32_t code_point = read_code_point(reader);
        if (code_point < 0)
            return false;
        *size += write_utf8(out + *size, code_point);
        return true;
    }
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    const char *name = memchr(names, escape, sizeof names - 1);
    if (!name)
        return false;
    out[(*size)++] = values[name - names];
    return true;
}

// Reads a string into `out`, which must hold as many bytes as are left to read: no escape is shorter than what
// it stands for.
static bool read_string(struct reader *reader, char *out, uint64_t *size)
{
    *size = 0;
    if (!take(reader, "\""))
        return false;
    while (reader->at < reader->end) {
        const char byte = *reader->at++;
        if (byte == '"')
            return true;
        if ((unsigned char)byte < 0x20)
            return false;
        if (byte != '\\')
            out[(*size)++] = byte;
        else if (!read_escape(reader, out, size))
            return false;
    }
    return false;
}

static bool is(const char *data, uint64_t size, const char *expected)
{
    return size == strlen(expected) && memcmp(data, expected, size) == 0;
}

static const char not_json[] = "The configuration of echo is not valid JSON.";

// One `"key": value`. `key` is room for the key.
static const char *read_member(struct echo *echo, struct reader *reader, char *key)
{
    uint64_t size = 0;
    skip_space(reader);
    if (!read_string(reader, key, &size))
        return not_json;
    skip_space(reader);
    if (!take(reader, ":"))
        return not_json;
    skip_space(reader);
    if (is(key, size, "prefix"))
        return read_string(reader, echo->prefix, &echo->prefix_size) ? NULL : "\"prefix\" must be a string.";
    if (!is(key, size, "uppercase"))
        return "echo knows only the keys \"prefix\" and \"uppercase\".";
    echo->uppercase = take(reader, "true");
    return echo->uppercase || take(reader, "false") ? NULL : "\"uppercase\" must be true or false.";
}

static const char *read_object(struct echo *echo, struct reader *reader, char *key)
{
    skip_space(reader);
    if (!take(reader, "{"))
        return not_json;
    skip_space(reader);
    bool closed = take(reader, "}");
    while (!closed) {
        const char *problem = read_member(echo, reader, key);
        if (problem)
            return problem;
        skip_space(reader);
        closed = take(reader, "}");
        if (!closed && !take(reader, ","))
            return not_json;
    }
    skip_space(reader);
    return reader->at == reader->end ? NULL : not_json;
}

static const char *read_config(struct echo *echo, burrow_text json)
{
    if (json.size == 0)
        return NULL; // no configuration: the defaults
    echo->prefix = malloc(json.size);
    char *key = malloc(json.size);
    struct reader reader = {json.data, json.data + json.size};
    const char *problem = echo->prefix && key ? read_object(echo, &reader, key) : "There is no memory left.";
    free(key);
    return problem;
}
