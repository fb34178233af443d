// SPDX-License-Identifier: Apache-2.0
#include "cli/command_table.h"

#include "cli/command_check.h"
#include "cli/command_completion.h"
#include "cli/command_config.h"
#include "cli/command_control.h"
#include "cli/command_doctor.h"
#include "cli/command_help.h"
#include "cli/command_machine.h"
#include "cli/command_plugin.h"
#include "cli/command_run.h"
#include "cli/command_send.h"
#include "cli/command_session.h"
#include "cli/command_status.h"
#include "cli/command_storage.h"
#include "cli/command_version.h"
#include "cli/command_watch.h"
#include "cli/command_why.h"
#include "cli/completion.h"
#include "cli/host_client.h"
#include "cli/store_source.h"

namespace burrow {

namespace {

const CommandOption json{"json", "", "print one JSON value on stdout"};
const CommandOption reason{"reason", "TEXT", "what the executor and the log are told"};
const CommandOption run{"run", "ID", "the run that is meant; where another one is current, nothing is done"};
constexpr CommandArgument hostedSession{.presence = Presence::Required,
                                        .name = "SESSION",
                                        .summary = "the session: its name, the beginning of it, or last",
                                        .kind = ValueKind::Session};

// clang-format off
const Command commands[] = {
    {
        .name = "run",
        .summary = "run the sessions of a configuration and print what they answer",
        .group = CommandGroup::Work,
        .argument = {.presence = Presence::Required, .name = "FILE", .summary = "the configuration, in YAML", .kind = ValueKind::File},
        .options = {
            {"input", "SESSION=FILE", "feed the lines of a file to a session; - is stdin", Repeats::Yes,
             ValueKind::SessionFile},
            {"until-idle", "", "leave when all work is done, with a table of the sessions"},
            {"safe-mode", "", "use bundled plugins only; sessions that need another show as failed"},
            {"log-level", "LEVEL", "log from this severity on: debug, info, warning or error", Repeats::No,
             ValueKind::Choice, logLevelName.names},
            {"log-format", "FORMAT", "log as auto, text or json", Repeats::No, ValueKind::Choice, logFormatName.names},
            {"jsonl", "", "print one JSON object a line for each event, as it happens"},
            json,
        },
        .details =
R"(A line of a .jsonl file is an input as a JSON object; any other line is a prompt. Empty
lines are skipped. Several files for one session are fed one after the other. A line that
cannot be used is named on stderr and left out. A session whose queue is full is waited for.
SESSION is a name, the beginning of one, or "last": see "burrow help session show".

Answers are printed as they come, each line after the name of its session. Without
--until-idle the sessions are served until Ctrl-C, also when stdin has ended. With --json
stdout gets one value, at the end. On a terminal the last line says what is running.

With --jsonl each line is an object with "event" and "time". What sessions say has "session"
and, where they have them, "input", "run" and "detail":
  started               host, sessions
  host.notice           detail: how the last host ended, when a plugin may have to do with it
  recovered             what the store held, as in --json
  input.accepted, input.queued, input.staged, input.applied, input.consumed,
  input.abandoned, input.superseded, input.coalesced, input.deduplicated, input.deferred
  run.started, run.completed, run.failed, run.cancelled
  progress.*            text, name, data: what the executor says while it works
  runtime.*             state_changed has from and to; held, recovered, misbehaviour, bound,
                        notice, projection_emitted
  executor.failed, executor.restarting, executor.restarted, boundary.error
  executor.changed      from, to, from_plugin, to_plugin: who ran the session, and who does now
  answer                what became of an input, as in the answers of --json
  events.lost           count: the reader was too slow for so many
  summary               the value of --json without its answers; always the last line

Ctrl-C, TERM and HUP go down in order: runs end at their next boundary, and what is still
open waits for the next start where the store keeps it. A second one ends runs at once, a
third one leaves without waiting for anything.

The log goes to stderr, or to the file that logging.file names. As JSON it is one object a
line with time, level, category, message and, where there are any, session, run and plugin;
what is otherwise said on stderr is then a record, too. The options win over the file's
logging.level and logging.format.

Exit codes; where several apply, the first of these:
  78  the configuration is wrong, or a plugin cannot be used; nothing was run
   3  an input failed
   4  an input was cancelled, or was left open when the program was told to leave
   7  another host owns the store, or a key came again with other content
   1  a line could not be used, an input was refused, or a session has open inputs and
      nothing will move them (--until-idle)
   0  all inputs succeeded
   2  the command line was not understood
)",
        .examples = {{
            {"burrow run burrow.yaml --until-idle", "run what the sessions have to do, then leave"},
            {"ls *.txt | burrow run burrow.yaml --input reader=- --until-idle", "give every name to the session \"reader\""},
        }},
        .run = runRunCommand,
    },
    {
        .name = "send",
        .summary = "give a session of a host that runs an input",
        .group = CommandGroup::Control,
        .argument = {.presence = Presence::Required, .name = "SESSION TEXT", .summary = "the session, and what it is given; - is stdin", .words = 10'000, .kind = ValueKind::Session},
        .options = {
            {"input", "FILE", "send what is in a file instead; - is stdin", Repeats::No, ValueKind::File},
            {"key", "KEY", "its idempotency key: a repeat of it is the same input"},
            {"steer", "", "go in with the run that is under way, where its executor takes it"},
            {"without-wake", "", "let it lie until something else wakes the session"},
            {"wait", "WHAT", "none (default), attempt: until its next run has ended, or terminal: until it has ended", Repeats::No, ValueKind::Choice, sendWaits},
            {"within", "TIME", "wait no longer than that: 30s, 5m"},
            hostConfigOption, socketOption, json,
        },
        .details =
R"(The input is one prompt with the whole text; a file whose name ends in .json holds an input as a
JSON object, as on a line of "burrow run --input". Stdout gets the receipt, or with --wait what
the session answered. With --json it is the receipt, with "outcome" where that was waited for.

An accepted input is on the disk, and is worked on whoever waits for it. A session is meant by
its name, the beginning of it, or "last". Which host is meant is said by --config, or by
--socket; without them it is the one that a configuration without a host.name starts.

Exit codes: 0, 1 when it was not accepted or the host does not tell how it ended, 2 for a wrong
command line, 3 when the input failed, 4 when it was cancelled, 5 when it had not ended in time,
6 when no host is reached or it does not answer, 7 when the queue is full, the key came with other
content or the session does not take input in its state, 78 for a wrong configuration.
)",
        .examples = {{
            {"burrow send greeter hello there", "give the session \"greeter\" a prompt and print the receipt"},
            {"git diff | burrow send reviewer - --wait terminal --within 5m", "wait for the answer and print it"},
        }},
        .run = runSendCommand,
    },
    {
        .name = "cancel",
        .summary = "ask a session's run to end at its next boundary",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {run, reason, hostConfigOption, socketOption, json},
        .details =
R"(The run ends when it comes to a point at which nothing is lost; its inputs have ended then. What
else is queued is worked on. A run that has begun meanwhile is never hit when --run names one.

Prints the receipt. Which host and which session are meant, and the exit codes, are as for
"burrow send"; 7 is also the code where the session's state does not allow the command.
)",
        .examples = {{
            {"burrow cancel greeter", "end what it is doing, soon"},
            {"burrow cancel greeter --run 01890000-0000-7000-8000-000000000000", "end that run and no other"},
        }},
        .run = runSessionCommand,
    },
    {
        .name = "interrupt",
        .summary = "end a session's run at once",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {run, reason, hostConfigOption, socketOption, json},
        .details =
R"(As "burrow cancel", without waiting for a boundary: what the executor has not made durable is lost.

Prints the receipt. Which host and which session are meant, and the exit codes, are as for
"burrow send"; 7 is also the code where the session's state does not allow the command.
)",
        .examples = {{
            {"burrow interrupt greeter", "end what it is doing, now"},
            {"burrow interrupt greeter --reason wrong --json", "print the receipt for programs"},
        }},
        .run = runSessionCommand,
    },
    {
        .name = "stop",
        .summary = "stop a session: its run is cancelled and what is open is abandoned",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {reason, hostConfigOption, socketOption, json},
        .details =
R"(Whoever waits for an input of it is told so. The session takes no input until "burrow start".

Prints the receipt. Which host and which session are meant, and the exit codes, are as for
"burrow send"; 7 is also the code where the session's state does not allow the command.
)",
        .examples = {{
            {"burrow stop greeter", "stop it"},
            {"burrow stop greeter --reason maintenance", "say why, for the log"},
        }},
        .run = runSessionCommand,
    },
    {
        .name = "start",
        .summary = "start a session that was stopped, or an executor that was given up",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {hostConfigOption, socketOption, json},
        .details =
R"(A stopped session takes input again. One whose executor was given up gets a new one.

Prints the receipt. Which host and which session are meant, and the exit codes, are as for
"burrow send"; 7 is also the code where the session's state does not allow the command.
)",
        .examples = {{
            {"burrow start greeter", "let it work again"},
            {"burrow start greeter --json", "print the receipt for programs"},
        }},
        .run = runSessionCommand,
    },
    {
        .name = "why",
        .summary = "say why a session is not moving, and what would move it",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {hostConfigOption, socketOption, storeOption, json},
        .details =
R"(One sentence: what the session does or waits for, and for how long; below it what would move it.
A session that does not answer in time is shown as it was seen last, and said to be. Where no
host runs, or it does not answer, the answer is what the store can say, and whether a host serves
it; --store asks a file and no host.

With --json it is an object with "session", "code", "sentence", "unblock" and "live"; of a host
also "known", "since" and "as_of". A code stays what it is, for programs.
)",
        .examples = {{
            {"burrow why greeter", "say why it does not answer"},
            {"burrow why greeter --json", "the same for programs"},
        }},
        .run = runWhyCommand,
    },
    {
        .name = "watch",
        .summary = "print what happens in the sessions of a host",
        .group = CommandGroup::Control,
        .argument = {.presence = Presence::Optional, .name = "SESSION", .summary = "only this session; without it, all", .kind = ValueKind::Session},
        .options = {
            {"since", "CURSOR", "go on behind the event that had this cursor; without it, from the oldest that is kept"},
            {"jsonl", "", "print one JSON object a line for each event"},
            hostConfigOption, socketOption, storeOption, json,
        },
        .details =
R"(First what the store's event log holds, then what happens, until the host goes down or Ctrl-C.
Nothing of the log is missed or printed twice, also over a restart of the host. What is not in
the log, such as what executors say while they work, is printed from the moment on at which the
log has been read; of a run that is under way then, the last of what was said in it before comes
first. What is missing is told as "events.gap", with its cause.

With --jsonl each line is an object with "event", "time", "session", "category" and "id"; the
last event of each write has a "cursor" for --since. An event of an input has its "correlation",
and what an executor says has the "inputs" that its run is for. With --json stdout gets one value,
with "events" and "cursor", as soon as the log and what was said so far have been read; a host
that hangs up before is a failure.
Where no host runs, the log is printed and that is all.
)",
        .examples = {{
            {"burrow watch greeter", "follow one session"},
            {"burrow watch --jsonl --since 01890000-0000-7000-8000-000000000000.41", "go on where a program was"},
        }},
        .run = runWatchCommand,
    },
    {
        .name = "retire",
        .summary = "let a session finish what it has, and take no more",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {reason, hostConfigOption, socketOption, json},
        .details =
R"(What is open drains where an executor is attached, and otherwise ends. The session takes no new
input, also after the next start of its host.

Prints the receipt. Which host and which session are meant, and the exit codes, are as for
"burrow send"; 7 is also the code where the session's state does not allow the command.
)",
        .examples = {{
            {"burrow retire greeter", "let it come to its end"},
            {"burrow retire greeter --json | jq .draining", "print how many inputs it still works on"},
        }},
        .run = runSessionCommand,
    },
    {
        .name = "reset",
        .summary = "end everything that is open in a session",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {reason, hostConfigOption, socketOption, json},
        .details =
R"(Refused while a run is open: cancel that first. The session takes new input at once.

Prints the receipt. Which host and which session are meant, and the exit codes, are as for
"burrow send"; 7 is also the code where the session's state does not allow the command.
)",
        .examples = {{
            {"burrow reset greeter", "drop its backlog"},
            {"burrow reset greeter --json | jq .abandoned", "print how many inputs have ended"},
        }},
        .run = runSessionCommand,
    },
    {
        .name = "recycle",
        .summary = "let a session go on with its work in a new runtime",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {reason, hostConfigOption, socketOption, json},
        .details =
R"(Lets go of what binds the session to its present runtime and keeps its work. Refused while a run
is open.

Prints the receipt. Which host and which session are meant, and the exit codes, are as for
"burrow send"; 7 is also the code where the session's state does not allow the command.
)",
        .examples = {{
            {"burrow recycle greeter", "let it begin anew with what it has"},
            {"burrow recycle greeter --json | jq .transferred", "print how many inputs are kept"},
        }},
        .run = runSessionCommand,
    },
    {
        .name = "recover",
        .summary = "read a session from its store again",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {reason, hostConfigOption, socketOption, json},
        .details =
R"(The remedy for a session that is held because what is stored of it, or was written last, cannot be
trusted.

Prints the receipt. Which host and which session are meant, and the exit codes, are as for
"burrow send"; 7 is also the code where the session's state does not allow the command.
)",
        .examples = {{
            {"burrow recover greeter", "try whether it can be trusted again"},
            {"burrow recover greeter --json", "print the receipt for programs"},
        }},
        .run = runSessionCommand,
    },
    {
        .name = "destroy",
        .summary = "end a session for good",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {reason, hostConfigOption, socketOption, json},
        .details =
R"(What is open ends. What is stored of it is kept to be looked at, and its name is never opened
again.

Prints the receipt. Which host and which session are meant, and the exit codes, are as for
"burrow send"; 7 is also the code where the session's state does not allow the command.
)",
        .examples = {{
            {"burrow destroy greeter", "end it"},
            {"burrow destroy greeter --reason \"no longer needed\"", "say why, for the log"},
        }},
        .run = runSessionCommand,
    },
    {
        .name = "unregister",
        .summary = "let a host let go of a session, which its store keeps",
        .group = CommandGroup::Control,
        .argument = hostedSession,
        .options = {reason, hostConfigOption, socketOption, json},
        .details =
R"(Its run may come to its end, and whoever waits for another input of it is told that the host let
go. What is open stays in the store; the next start of a host with this session goes on with it.
Until then no command reaches the session.

Prints the receipt. Which host and which session are meant, and the exit codes, are as for
"burrow send"; 7 is also the code where the session's state does not allow the command.
)",
        .examples = {{
            {"burrow unregister greeter", "take it out of the host that runs"},
            {"burrow unregister greeter --reason \"moves to another machine\"", "say why, for the log"},
        }},
        .run = runSessionCommand,
    },
    {
        .name = "status",
        .summary = "show the sessions of a host that runs, and what each is doing",
        .group = CommandGroup::Control,
        .argument = {},
        .options = {hostConfigOption, socketOption, json},
        .details =
R"(One line for each session: its state, its executor, how many inputs are open, and what it is
doing or why it does nothing. A session that does not answer within a second is "unknown", with
what it was doing when it was seen last. Which host is meant is said as for "burrow send".

Exit codes: 0, 2 for a wrong command line, 6 when no host is reached, 78 for a wrong
configuration.
)",
        .examples = {{
            {"burrow status", "show the sessions of the host without a name"},
            {"burrow status --config burrow.yaml --json | jq .sessions", "print those of a configuration's host"},
        }},
        .run = runStatusCommand,
    },
    {
        .name = "host shutdown",
        .summary = "let a host that runs go down",
        .group = CommandGroup::Control,
        .argument = {},
        .options = {{"now", "", "end runs at once instead of at their boundary"}, hostConfigOption, socketOption, json},
        .details =
R"(The host goes down as after Ctrl-C: runs end at their next boundary, and what is still open waits
for the next start where the store keeps it. A second call ends runs at once. The answer says
that it has begun; the host's process has ended when "burrow status" no longer reaches it.

Exit codes: as for "burrow status".
)",
        .examples = {{
            {"burrow host shutdown --config burrow.yaml", "let that host go down"},
            {"burrow host shutdown --socket desk.sock --now", "do not wait for boundaries"},
        }},
        .run = runHostShutdownCommand,
    },
    {
        .name = "check",
        .summary = "check a configuration without starting anything",
        .group = CommandGroup::Configuration,
        .argument = {.presence = Presence::Required, .name = "FILE", .summary = "the configuration, in YAML", .kind = ValueKind::File},
        .options = {{"format", "FORMAT", "text (default), github (annotations of a change) or json", Repeats::No, ValueKind::Choice, checkFormats}, json},
        .details =
R"(Findings are printed on stderr, each with its place, the line and what to do; stdout says
what the configuration holds. Plugins are looked for, but none is loaded.

Exit codes: 0 when there is no error, 78 when there is one, 2 for a wrong command line.
)",
        .examples = {{
            {"burrow check burrow.yaml", "print the findings for people"},
            {"burrow check burrow.yaml --json | jq .findings", "print them for programs"},
        }},
        .run = runCheckCommand,
    },
    {
        .name = "config show",
        .summary = "show what counts of a configuration, defaults included",
        .group = CommandGroup::Configuration,
        .argument = {.presence = Presence::Optional, .name = "FILE", .summary = "the configuration; without one, the defaults", .kind = ValueKind::File},
        .options = {{"origin", "", "say of each value where it was written"}, json},
        .details =
R"(What the file and all that it includes come to, as one configuration: paths are whole, and
what a reference brought is shown as ***. No plugin is asked; "check" does that.

Exit codes: 0, 2 for a wrong command line, 78 when the configuration is wrong.
)",
        .examples = {{
            {"burrow config show burrow.yaml --origin", "show every value with its file, line and column"},
            {"burrow config show burrow.yaml --json | jq .configuration.limits", "print a part of it for programs"},
        }},
        .run = runConfigShowCommand,
    },
    {
        .name = "config reference",
        .summary = "print every key of a configuration, in Markdown",
        .group = CommandGroup::Configuration,
        .argument = {},
        .options = {},
        .details = "",
        .examples = {{
            {"burrow config reference | less", "read it"},
            {"burrow config reference > keys.md", "write it to a file"},
        }},
        .run = runConfigReferenceCommand,
    },
    {
        .name = "config schema",
        .summary = "print the JSON Schema of configurations, for editors",
        .group = CommandGroup::Configuration,
        .argument = {.presence = Presence::Optional, .name = "FILE", .summary = "a configuration, whose plugin directories are searched too", .kind = ValueKind::File},
        .options = {},
        .details =
R"(The schema knows every key, and the sections of all executor plugins that are found. An
editor finds it by a line at the top of a configuration:

  # yaml-language-server: $schema=PATH

Exit codes: 0, 2 for a wrong command line, 78 when FILE cannot be read.
)",
        .examples = {{
            {"burrow config schema > burrow-1.json", "write it to a file for the editor"},
            {"burrow config schema burrow.yaml | jq .definitions", "print it with the plugins of a configuration"},
        }},
        .run = runConfigSchemaCommand,
    },
    {
        .name = "session list",
        .summary = "list the sessions of a store",
        .group = CommandGroup::Sessions,
        .argument = {},
        .options = {configOption, storeOption, {"names", "", "print only the names, one a line"}, json},
        .details =
R"(The store's file is read as it is at one moment; a host that serves it goes on undisturbed.
Where one does, and is reached at its control socket, it also says what each session is doing
now: its state, and "now" with --json. With --store only the file is looked at. Without
--config and --store it is the file of a configuration that names none. With --config,
sessions that the configuration does not have are shown as orphaned: they are kept and never
run. --names also has those of the configuration where there is no store yet.

Exit codes: 0, 1 when there is no such store or it cannot be read, 2 for a wrong command
line, 7 when it is no store of this version, 78 for a wrong configuration.
)",
        .examples = {{
            {"burrow session list --config burrow.yaml", "list them, and say which the file does not have"},
            {"burrow session list --store copy.db --json", "look into a file, for programs"},
        }},
        .run = runSessionListCommand,
    },
    {
        .name = "session show",
        .summary = "show a session of a store and its inputs",
        .group = CommandGroup::Sessions,
        .argument = {.presence = Presence::Required, .name = "NAME", .summary = "the session: its name, the beginning of it, or last", .kind = ValueKind::Session},
        .options = {configOption, storeOption, json},
        .details =
R"(Shows open inputs and the newest 1000 that have ended, in the order of their arrival. A session
is meant by its name; by the beginning of it, where no other name begins so; or by "last", the
one that something happened to most recently. Which store is meant is said as for "session
list".

Exit codes: as for "session list"; 1 also when the store has no such session, 2 also when
several begin so.
)",
        .examples = {{
            {"burrow session show greeter --config burrow.yaml", "show what became of its inputs"},
            {"burrow session show last --json | jq .session.input_list", "print those of the session that was active last"},
        }},
        .run = runSessionShowCommand,
    },
    {
        .name = "plugin list",
        .summary = "list the plugins that were found, and which of them can be used",
        .group = CommandGroup::Plugins,
        .argument = {},
        .options = {pluginConfigOption, {"names", "", "print only the ids, one a line"}, json},
        .details =
R"(Looks where a host would look: the folders of the configuration, BURROW_PLUGIN_PATH, the
user's, this installation's, the system's. The first plugin of an id counts; later ones are
shown as duplicates. A library that is not known is tried in a process of its own, with a
time limit, and the verdict is remembered until the library or its manifest changes. --names
tries nothing, and also has plugins that the configuration or the record of crashes knows.

Exit codes: 0, also when a plugin cannot be used; 2 for a wrong command line, 78 for a
configuration that cannot be read.
)",
        .examples = {{
            {"burrow plugin list", "list the plugins of this user and this installation"},
            {"burrow plugin list --config burrow.yaml --json", "list those of a configuration, for programs"},
        }},
        .run = runPluginListCommand,
    },
    {
        .name = "plugin info",
        .summary = "show what a plugin is: its manifest, its permissions, its configuration",
        .group = CommandGroup::Plugins,
        .argument = {.presence = Presence::Required, .name = "ID", .summary = "the plugin", .kind = ValueKind::Plugin},
        .options = {pluginConfigOption, json},
        .details =
R"(Exit codes: 0, 1 when there is no such plugin, 2 for a wrong command line, 78 for a
configuration that cannot be read.
)",
        .examples = {{
            {"burrow plugin info echo", "show a bundled plugin and the keys of its configuration"},
            {"burrow plugin info acme-exec --config burrow.yaml --json", "show one of a configuration, for programs"},
        }},
        .run = runPluginInfoCommand,
    },
    {
        .name = "plugin why",
        .summary = "say why a plugin cannot be used, and what to do about it",
        .group = CommandGroup::Plugins,
        .argument = {.presence = Presence::Required, .name = "ID", .summary = "the plugin", .kind = ValueKind::Plugin},
        .options = {pluginConfigOption, {"again", "", "try the library again, whatever is remembered of it"}, json},
        .details =
R"(Names the cause, the plugin interface of both sides, the remedy and a code; "burrow help
CODE" explains what the code means everywhere.

Exit codes: 0 when the plugin can be used, 1 when it cannot, 2 for a wrong command line, 78
for a configuration that cannot be read.
)",
        .examples = {{
            {"burrow plugin why acme-exec --config burrow.yaml", "say what is wrong with it"},
            {"burrow plugin why acme-exec --again --json", "try it anew, for programs"},
        }},
        .run = runPluginWhyCommand,
    },
    {
        .name = "plugin enable",
        .summary = "switch a plugin on again that was switched off",
        .group = CommandGroup::Plugins,
        .argument = {.presence = Presence::Required, .name = "ID", .summary = "the plugin", .kind = ValueKind::Plugin},
        .options = {pluginConfigOption, json},
        .details =
R"(What was switched off by "plugin disable" is remembered beside the store of the configuration,
not in the configuration; plugins.ID.enabled in the configuration counts as well.

Exit codes: 0, 1 when nobody knows such a plugin or nothing could be written, 2 for a wrong
command line, 78 for a configuration that cannot be read.
)",
        .examples = {{
            {"burrow plugin enable acme-exec", "switch it on for hosts with no configuration of their own place"},
            {"burrow plugin enable acme-exec --config burrow.yaml", "switch it on for the hosts of that one"},
        }},
        .run = runPluginEnableCommand,
    },
    {
        .name = "plugin disable",
        .summary = "switch a plugin off without uninstalling it",
        .group = CommandGroup::Plugins,
        .argument = {.presence = Presence::Required, .name = "ID", .summary = "the plugin", .kind = ValueKind::Plugin},
        .options = {pluginConfigOption, json},
        .details =
R"(Sessions that need the plugin show as failed from the next start of a host on; the others are
served. Where this is remembered, and the exit codes, are as for "plugin enable".
)",
        .examples = {{
            {"burrow plugin disable acme-exec", "switch it off for hosts with no configuration of their own place"},
            {"burrow plugin disable acme-exec --config burrow.yaml", "switch it off for the hosts of that one"},
        }},
        .run = runPluginDisableCommand,
    },
    {
        .name = "plugin quarantine",
        .summary = "show which plugins have crashed hosts, try one again, or forget its crashes",
        .group = CommandGroup::Plugins,
        .argument = {Presence::Required, "ACTION", "list, try ID or clear ID", 2, ValueKind::PluginAction, quarantineActionNames},
        .options = {pluginConfigOption, json},
        .details =
R"(A plugin that has crashed the host too often is put away: its sessions show as failed, and the
others are served. How often is too often says plugins.ID.crash_policy; without it, twice in
ten minutes. "try ID" lets the next host use it once more: another crash puts it away again at
once, an orderly end of that host makes it a plugin as any other. "clear ID" forgets its crashes.

Exit codes: 0, 1 when the plugin has no such record or nothing could be written, 2 for a wrong
command line, 78 for a configuration that cannot be read.
)",
        .examples = {{
            {"burrow plugin quarantine list", "show the plugins that have crashes on their record"},
            {"burrow plugin quarantine try acme-exec --config burrow.yaml", "use it once more"},
        }},
        .run = runPluginQuarantineCommand,
    },
    {
        .name = "storage check",
        .summary = "verify a store, row by row",
        .group = CommandGroup::Storage,
        .argument = {},
        .options = {configOption, storeOption, json},
        .details =
R"(Verifies the pages of the file, the checksum of every row, and what rows say of each other.
Nothing is changed or repaired; a host may be serving the store meanwhile. Which store is
meant is said as for "session list".

Exit codes: 0 when nothing is wrong, 1 when something is, or the file cannot be read, 2 for
a wrong command line, 7 when it is no store of this version, 78 for a wrong configuration.
)",
        .examples = {{
            {"burrow storage check --config burrow.yaml", "verify the store of a configuration"},
            {"burrow storage check --store copy.db --json | jq .findings", "print what is wrong for programs"},
        }},
        .run = runStorageCheckCommand,
    },
    {
        .name = "storage backup",
        .summary = "copy a store to a new file, also while a host serves it",
        .group = CommandGroup::Storage,
        .argument = {.presence = Presence::Required, .name = "DEST", .summary = "the file to make; it must not be there yet", .kind = ValueKind::File},
        .options = {configOption, storeOption, json},
        .details =
R"(The copy is the store at one moment. It is verified and on the disk when the command ends,
and it opens as a store: name it in store.path, or move it to where the store was. Inputs
that were open when it was made are open in it, and run again from there.

Exit codes: as for "storage check"; 7 also when DEST is there already.
)",
        .examples = {{
            {"burrow storage backup /backup/burrow.db", "copy the store of a configuration that names none"},
            {"burrow storage backup copy.db --config burrow.yaml", "copy the store of that one"},
        }},
        .run = runStorageBackupCommand,
    },
    {
        .name = "doctor",
        .summary = "look at everything that a host needs, and say what is wrong",
        .group = CommandGroup::Program,
        .argument = {},
        .options = {{"config", "FILE", "the configuration that is meant", Repeats::No, ValueKind::File}, json},
        .details =
R"(Looks at the version, the findings of the configuration, the folder for the host's files and
who else may use it, the store and who serves it, the space that is left, the log file, the
runtime directory, and every plugin with its folders. Each check ends as ok, warn or fail, with
a sentence and, where something is to be done, what. Nothing is changed.

Exit codes: 0 when no check failed, 1 when one did, 2 for a wrong command line.
)",
        .examples = {{
            {"burrow doctor --config burrow.yaml", "look at everything before asking for help"},
            {"burrow doctor --json | jq '.checks[] | select(.state != \"ok\")'", "print what is wrong for programs"},
        }},
        .run = runDoctorCommand,
    },
    {
        .name = "machine",
        .summary = "print the tables that decide what a session may do",
        .argument = {},
        .options = {{"format", "FORMAT", "text (default), mermaid or json", Repeats::No, ValueKind::Choice, machineFormats}, json},
        .details = "",
        .examples = {{
            {"burrow machine", "print the tables as text"},
            {"burrow machine --format mermaid", "print them as state diagrams"},
        }},
        .run = runMachineCommand,
    },
    {
        .name = "completion",
        .summary = "print what a shell needs to complete command lines",
        .argument = {.presence = Presence::Required, .name = "SHELL", .summary = "bash, zsh or fish", .kind = ValueKind::Choice, .choices = completionShellNames},
        .options = {json},
        .details =
R"(Commands, options and their values are completed, files where a file belongs, and the names of
sessions where the line says which configuration or store is meant. An installed burrow has
these in place for shells that look there.
)",
        .examples = {{
            {"source <(burrow completion bash)", "complete in this shell from now on"},
            {"burrow completion fish > ~/.config/fish/completions/burrow.fish", "complete in every fish of yours"},
        }},
        .run = runCompletionCommand,
    },
    {
        .name = "version",
        .summary = "print the version",
        .argument = {},
        .options = {json},
        .details = "",
        .examples = {{
            {"burrow version", "print the version of the program"},
            {"burrow version --json", "print it with those of the plugin interface, the store, SQLite and Qt"},
        }},
        .run = runVersionCommand,
    },
    {
        .name = "help",
        .summary = "explain a command, or the code of a finding",
        .argument = {Presence::Optional, "WORD", "a command, or a code such as BUR1042", 2, ValueKind::CommandOrCode},
        .options = {json},
        .details = "",
        .examples = {{
            {"burrow help run", "explain the command \"run\""},
            {"burrow help BUR1042", "explain what that finding means"},
        }},
        .run = runHelpCommand,
    },
};
// clang-format on

} // namespace

std::span<const Command> commandTable()
{
    return commands;
}

const Command *commandNamed(const QString &name)
{
    for (const Command &command : commands) {
        if (name == QLatin1String(command.name))
            return &command;
    }
    return nullptr;
}

QByteArrayList commandFirstWords()
{
    QByteArrayList words;
    for (const Command &command : commands) {
        const QByteArray first = QByteArray(command.name).split(' ').front();
        if (!words.contains(first))
            words += first;
    }
    return words;
}

const char *commandGroupTitle(CommandGroup group)
{
    switch (group) {
    case CommandGroup::Work:
        return "Run sessions";
    case CommandGroup::Control:
        return "Control a host that runs";
    case CommandGroup::Configuration:
        return "Look after a configuration";
    case CommandGroup::Sessions:
        return "Look at sessions";
    case CommandGroup::Plugins:
        return "Look at plugins";
    case CommandGroup::Storage:
        return "Look after a store";
    case CommandGroup::Program:
        break;
    }
    return "About the program";
}

std::vector<const Command *> commandsAbout(const QString &word)
{
    std::vector<const Command *> found;
    for (const Command &command : commands) {
        if (QLatin1String(command.name).startsWith(word + u' '))
            found.push_back(&command);
    }
    return found;
}

} // namespace burrow
