"""One ticket with everything that its screen shows. Pure."""

from __future__ import annotations

from engine.evaluate import evaluate
from engine.explain import why
from engine.facts import Instant, Ticket
from engine.graph import Graph
from engine.snapshot import TicketDetail
