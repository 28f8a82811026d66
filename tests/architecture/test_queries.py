"""A read that is made for an actor asks for a permission, or goes through one that does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

ASKING = ("require", "allowed")
# Reads that look at the actor only to narrow down what another read has let through, with the reason.
NARROWING = {
    "exchange.agency_of": "the agency acted for, no read at all",
    "exchange.key_first_used_at": "a time that only the command that writes a packet asks for",
    "exchange.audiences_of_key": "groups of an earlier request that only the command that writes a packet asks for",
    "corrections.recalls_visible_to": "the scope that `recalls` narrows to",
    "corrections.changes_of": "links of a packet that the exchange has let the actor see",
    "corrections.changes": "asks through the exchange's `packet`",
    "corrections.recalls_of": "recalls of a packet that the exchange has let the actor see",
    "corrections.sent_delivery": "a page that has asked for the permission to take back",
    "retention.keeps_for": "whose copies a hold of this actor keeps; whoever places or lifts one asks",
    "exchange.deliveries_of": "rows of a packet that `packet` has let the actor see",
    "exchange.packets_visible_to_secrecy_officer": "asked for only to tell “quarantined” from “not found”",
    "deadlines.clocks_of_packet": "clocks of a packet that the exchange has let the actor see",
    "evidence.proven_entry": "asks through `visible_entry`",
    "evidence.proof_of_entry": "the same",
    "exchange.reportable_now": "what an actor may report about a delivery it has in hand",
}


def _reads(house: Any) -> Iterator[tuple[str, ast.FunctionDef, dict[str, ast.FunctionDef]]]:
    for source in house.sources:
        if source.path.name == "queries.py" or source.path.parent.name == "queries":
            functions = {node.name: node for node in source.tree.body if isinstance(node, ast.FunctionDef)}
            for name, function in functions.items():
                taken = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
                if "actor" in taken and not name.startswith("_"):
                    yield f"{source.module}.{name}", function, functions


def _asks(function: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> bool:
    called = {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    return bool(called & set(ASKING)) or any(
        _asks(functions[name], functions)
        for name in called & set(functions)
        if functions[name] is not function
    )


def test_read_for_an_actor_asks_for_a_permission(house: Any) -> None:
    reads = list(_reads(house))
    assert {"exchange.inbox", "directory.search_agencies"} <= {name for name, _, _ in reads}
    silent = [
        name
        for name, function, functions in reads
        if not _asks(function, functions) and name not in NARROWING
    ]
    assert silent == []


def test_exceptions_name_reads_that_exist(house: Any) -> None:
    assert set(NARROWING) <= {name for name, _, _ in _reads(house)}
