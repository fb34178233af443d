// SPDX-License-Identifier: Apache-2.0
//
// Threads and lifecycle states: the words used in the tags of every other header.
//
// The comment above each function and function pointer ends in a tag, `[thread & state]`.
// The tag binds the caller; the implementer may rely on it. Both words come from the two closed
// lists below, and a test fails on a function pointer without a valid tag.
//
// Thread words, who calls and whether two calls can overlap:
//
//   [loader]    The host's loading thread. Concurrent: no; nothing else of this library runs.
//   [instance]  Any OS thread, one call at a time per instance (`self`). Concurrent: no, not with
//               another [instance] call of the same instance; yes with [any] calls. What
//               `thread_model` in plugin.h says widens or narrows this.
//   [cleanup]   Any OS thread, one call at a time per session, while no instance of that session
//               is alive. Concurrent: no within a session; yes between sessions.
//   [any]       Any thread. Concurrent: yes, with itself and with everything else. Such a
//               function returns within 1 ms and waits for nobody.
//
// State words, when the call is legal:
//
//   entry        while burrow_plugin_entry_v1 runs, and at no other time
//   loaded       after the entry function returned OK; for the rest of the process
//   initialised  after `init` returned OK and before `deinit` is called
//   creating     while `create` runs, and at no other time
//   created      after `create` returned OK and before `destroy` is called
//   idle         as created, and no call that was accepted for the instance is still open
//   running      as created, and an `apply` or `run` of the instance is open
//   always       from the moment the pointer was handed over until the process ends
//
// Only `created`, `idle` and `running` speak of an instance; the others of a library.
//
// Expected times, watched by the host, which names the offender in its log: [any] functions under
// 1 ms; `create` and the accepting part of `apply`, `stop` and `run` under 50 ms. A plugin whose
// calls take as long as the work does sets BURROW_PLUGIN_BLOCKING.
//
// The host holds no lock of its own while it calls a plugin, and never calls a plugin from inside
// a host function, on that stack. So a plugin may hold its own lock while it calls the host and
// take the same lock in every function that the host calls.
//
// Never, on any thread: let an exception, a panic or a longjmp leave a function; exit or abort;
// change signal handlers, locale, working directory or environment; fork without exec.

#ifndef BURROW_THREAD_H
#define BURROW_THREAD_H

#endif
