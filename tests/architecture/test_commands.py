"""A command is keyword-only, typed, takes its actor and its time, asks for the permission and writes the ledger last."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

# Commands without an actor: the platform itself does them; nobody asks for them from outside.
WITHOUT_ACTOR = {
    "drain_recipients": "the worker looks out for what is due; it acts as the platform's part “exchange”",
    "evaluate_alarms": "a job by the clock; it acts as the platform's part “monitoring”",
    "scan_packets": "the worker looks out for it after acceptance; it acts as the platform's part “secrecy-scan”",
    "sweep_stored": "a job by the clock; it acts as the platform's part “antivirus”",
    "scan_packet": "the worker looks out for it; it acts as the platform's part “antivirus”",
    "fail_packet": "a part of the decision about a packet that was kept apart, whose maker was checked",
    "carry_out_disposal": "the worker looks out for what two people approved; it acts as the part “retention”",
    "carry_on_run": "a job after a clerk confirmed it; it acts as that clerk, if they may still act in that post",
    "renew_documents": "the clock; it acts as the platform's part “issuing”",
    "renew_copies": "the clock; it acts as the platform's part “copies”",
    "sweep_prepared": "the clock; it acts as the platform's part “signing”",
    "warn_of_ends": "the clock; people are told, nothing else changes",
    "warn_of_old_revocations": "the same",
    "close_idle_accounts": "a job by the clock; it acts as the platform's part “idle accounts”",
    "run_reviews": "a job by the clock; it acts as the platform's part “access review”",
    "settle_break_glass": "a job by the clock; it writes down what the time has settled",
    "end_all_break_glass": "a module says that nobody may see a thing any more; who did that is in `by`",
    "answer_as_echo": "a job: the sandbox's partner, which is the program itself, answers",
    "change_delivery": "a part of the acceptance of a later document, whose sender was checked",
    "add_recipients": "the same: an update names further receivers",
    "remind_people": "the worker looks out for it; it acts as the platform's part “deadlines”",
    "warn_of_urgent": "the same",
    "reckon_running_clocks": "a job after a change of the calendar; the same part",
    "clear_drafts": "the clock; it acts as the platform's part “drafts”",
    "settle_references": "the worker looks out for it; it acts as the platform's part “corrections”",
    "add_standard_reasons": "a step of the installation, before there is any person",
    "purge_sandbox": "the clock; it acts as the platform's part “sandbox-purge”",
    "tell_of_ending_secrets": "the clock; people are told, nothing else changes",
    "load_reference_data": "a step of the installation, before there is any person",
    "ask_for_password_link": "somebody who cannot sign in; the mail goes to the address on record only",
    "check_intake": "a job after a file was handed in; the ledger names who handed it in",
    "apply_intake": "a job after somebody confirmed it; the ledger names who",
    "compare": "a job after a register was handed in; the ledger names who handed it in",
    "check_import": "a job after a file was handed in; the ledger names who handed it in",
    "apply_import": "a job after somebody confirmed it; the ledger names who",
    "create_administrator": "the first person; the operator of the server types it on its terminal",
}
# Commands that ask for no named permission, because what they check is not one.
OWN_AFFAIRS = {
    "end_own_session": "one ends one's own session",
    "end_own_other_sessions": "the same",
    "change_own_password": "one's own password; knowing the present one is the check",
    "set_own_ways": "how one wants to be reminded oneself",
    "subscribe_own_browser": "one's own browser",
    "remove_own_browser": "the same",
    "unlink_identity": "one's own account of elsewhere",
    "record_look": "a look by break-glass; the running grant of this very person is the check",
    "retry_deliveries": "a part of the operator's retry, for which `monitoring` has asked",
    "give_deliveries_again": "a part of the operator's giving again, for which `monitoring` has asked",
    "switch_post": "one chooses among the posts one holds; holding it is the check",
}


def _functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _within_reach(house: Any, source: Any) -> dict[str, ast.FunctionDef]:
    """Returns the functions a file can call by name: its own, and those it imports from its own module."""
    trees = {
        "hienluong." + ".".join(one.path.relative_to(house.package).with_suffix("").parts): one.tree
        for one in house.sources
        if one.module == source.module
    }
    imported = {
        alias.asname or alias.name: function
        for node in source.tree.body
        if isinstance(node, ast.ImportFrom) and node.module in trees
        for alias in node.names
        if (function := _functions(trees[node.module]).get(alias.name)) is not None
    }
    return imported | _functions(source.tree)


def _commands(house: Any) -> Iterator[tuple[str, ast.FunctionDef, dict[str, ast.FunctionDef]]]:
    """Yields every public command: where it is, its function, and the functions within its reach."""
    for module, path in house.modules.items():
        init = path / "commands" / "__init__.py"
        if not init.exists():
            continue
        exported = set(_exported(ast.parse(init.read_text(encoding="utf-8"))))
        for source in house.sources:
            if source.path.parent == init.parent and source.path != init:
                own, functions = _functions(source.tree), _within_reach(house, source)
                for name in sorted(exported & set(own)):
                    yield f"{module}.{name}", own[name], functions


def _exported(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


def _calls(function: ast.AST) -> list[str]:
    """Returns the names of what is called, in the order of the text: `require`, `ledger.record` …."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [ast.unparse(call.func) for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset))]


def _reaches(name: str, function: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> list[int]:
    """Returns the places among the function's calls that reach a call of `name`, through functions of the same file."""
    reached = []
    for place, call in enumerate(_calls(function)):
        target = functions.get(call)
        if name in call or (
            target is not None and target is not function and _reaches(name, target, functions)
        ):
            reached.append(place)
    return reached


def _called_verbs(function: ast.AST) -> set[str]:
    """Returns the names of what is called without the module before them: a command of another module counts too."""
    return {call.rpartition(".")[2] for call in _calls(function)}


def test_commands_are_found(house: Any) -> None:
    found = {name for name, _, _ in _commands(house)}
    assert {"exchange.accept_packet", "directory.import_agency_codes"} <= found


def test_command_is_keyword_only_and_typed(house: Any) -> None:
    faults = []
    for name, function, _ in _commands(house):
        arguments = function.args
        if arguments.args or arguments.posonlyargs or arguments.vararg:
            faults.append(f"{name} takes positional arguments")
        if any(argument.annotation is None for argument in arguments.kwonlyargs) or function.returns is None:
            faults.append(f"{name} is not typed")
    assert faults == []


def test_command_takes_actor_and_now(house: Any) -> None:
    faults = []
    for name, function, _ in _commands(house):
        taken = {argument.arg for argument in function.args.kwonlyargs}
        verb = name.split(".")[1]
        if ("actor" in taken) == (verb in WITHOUT_ACTOR):
            faults.append(f"{name}: actor")
        if "now" not in taken:
            faults.append(f"{name}: now")
    assert faults == []


def test_command_asks_for_permission_before_it_writes(house: Any) -> None:
    commands = list(_commands(house))
    verbs = {name.split(".")[1] for name, _, _ in commands}
    faults = []
    for name, function, functions in commands:
        verb = name.split(".")[1]
        asked = _reaches("require", function, functions)
        written = _reaches("ledger.record", function, functions)
        hands_on = verbs & _called_verbs(function)  # to another command, which asks
        if not asked and not hands_on and verb not in {*WITHOUT_ACTOR, *OWN_AFFAIRS}:
            faults.append(f"{name} asks for no permission")
        elif asked and written and written[0] < asked[0]:
            faults.append(f"{name} writes the ledger before it asks")
    assert faults == []


def test_every_act_leaves_an_entry_in_the_ledger(house: Any) -> None:
    commands = list(_commands(house))
    verbs = {name.split(".")[1] for name, _, _ in commands}
    silent = [
        name
        for name, function, functions in commands
        if not _reaches("ledger.", function, functions) and not verbs & _called_verbs(function)
    ]
    assert silent == []


def test_exceptions_name_commands_that_exist(house: Any) -> None:
    verbs = {name.split(".")[1] for name, _, _ in _commands(house)}
    assert {*WITHOUT_ACTOR, *OWN_AFFAIRS} <= verbs


def test_clock_is_read_only_by_interfaces(house: Any) -> None:
    # The clock is read where a request, a job or a command line comes in; everything below is given the moment.
    interfaces = {
        "api", "inbox_api", "idempotency", "pages", "tasks", "cli", "server_command", "migrating", "identity", "tokens", "middleware", "demonstration", "management",
        "queries", "kit", "config", "demo",
    }  # fmt: skip
    readers = [
        source.name
        for source in house.sources
        if "clock.now()" in source.text
        and not interfaces & {source.module, source.path.stem, *source.path.relative_to(house.package).parts}
    ]
    assert readers == []


def test_pure_code_reads_no_setting_and_no_clock(house: Any) -> None:
    # policy.py decides; it is told what it needs, so that a test of it is one line.
    impure = [
        source.name
        for source in house.sources
        if source.path.name == "policy.py" and ("clock.now" in source.text or "objects." in source.text)
    ]
    assert impure == []
