"""Writes of the monitoring; each is one transaction, takes its actor, and writes the ledger entry last."""

from hienluong.monitoring.commands.again import GivenAgain, give_again
from hienluong.monitoring.commands.alarms import (
    end_silence,
    evaluate_alarms,
    set_limit,
    silence_condition,
)
from hienluong.monitoring.commands.retry import Retried, retry_failures
from hienluong.monitoring.commands.tokens import make_metrics_token

__all__ = [
    "GivenAgain",
    "Retried",
    "end_silence",
    "evaluate_alarms",
    "give_again",
    "make_metrics_token",
    "retry_failures",
    "set_limit",
    "silence_condition",
]
