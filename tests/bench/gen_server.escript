#!/usr/bin/env escript
%% Prints how many gen_server:call round trips a second this machine does, with one caller and one server.
-mode(compile).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).

init(_) -> {ok, 0}.
handle_call(_, _, Count) -> {reply, ok, Count + 1}.
handle_cast(_, Count) -> {noreply, Count}.

main(_) ->
    Calls = 200000,
    {ok, Server} = gen_server:start(?MODULE, [], []),
    Call = fun() -> [gen_server:call(Server, go) || _ <- lists:seq(1, Calls)] end,
    Call(),
    Begin = erlang:monotonic_time(nanosecond),
    Call(),
    Elapsed = erlang:monotonic_time(nanosecond) - Begin,
    io:format("~w~n", [Calls * 1.0e9 / Elapsed]).
