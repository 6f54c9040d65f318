"""What Codex writes to a terminal: the total of a thread as it ends, and the cards of `/status`, of every version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codex_usage_tracker.ingest import labels
from codex_usage_tracker.ingest.decode import UsageJson, usage_of, uuid7_instant
from codex_usage_tracker.ingest.printed.limits_text import ESCAPE, FRAME, TITLE, understood
from codex_usage_tracker.model import PRINTED_THREAD, Limit, Thread

if TYPE_CHECKING:
    from codex_usage_tracker.ingest.printed.limits_text import Shown
    from codex_usage_tracker.ingest.printed.log import Log

COUNT = r"([0-9][0-9,]{0,25})"
TOTAL = re.compile(
    rf"tokenusage(?:sofar)?:total={COUNT}input={COUNT}(?:\(\+{COUNT}cached\))?output={COUNT}(?:\(reasoning{COUNT}\))?",
    re.IGNORECASE,
)
"""A total without blanks, as a terminal wraps lines within words and numbers too."""
BEGINS = re.compile(r"token usage(?: so far)?:\s*total=", re.IGNORECASE)
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
RESUME = re.compile(rf"codexresume({UUID})")
FORKED = re.compile(rf"Thread forked from .*?({UUID})")
SESSION = re.compile(rf"(?:Session|session id):\s+({UUID})")
MODEL = re.compile(r"model:\s+([\w./-]+)")
FOOTER = re.compile(rf"(?:\[[^\]]*\]\s*)?tokens used:?(?:\s+{COUNT})?\s*")
ROW = re.compile(r"(?:Context window|(?:\S+ )*limit|Limits|Credits|Token usage):")
CARD_ROW = re.compile(r"(?:Session|Context window|(?:\S+ )*limit|Limits|Token usage):")
LIMIT_ROW = re.compile(r"(?:\S+ )*limit:\s*\S")
SPEECH = ("\u203a", "•")
"""What begins the lines that people and Codex say; no card has such."""
LONGEST_CARD, LONGEST_TAIL, LONGEST_LINE = 80, 10, 4_000
MINUTES = {"five_hour": 300, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "annual": 525_600}


class Terminal:
    """Reads the text of one log."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.card: list[str] = []
        self.tail: list[str] = []
        self.line = 0
        self.model: str | None = None
        self.forked = False

    def read(self, text: str, line: int) -> bool:
        """Take one line, and say whether it tells anything."""
        bare = ESCAPE.sub("", text[:LONGEST_LINE]).replace("\x00", "").strip()
        plain = FRAME.sub(" ", bare).strip()
        if bare[:1] in SPEECH or BEGINS.search(plain):
            self._finish_card()
        used = self._card(plain, ended="╰" in bare or "└─" in bare, blank=not bare)
        used |= self._total(plain, line)
        if FORKED.search(plain):
            self.forked = True
        elif FOOTER.fullmatch(plain):
            self.log.usage_lines += 1
            self.log.skip("undivided_total")
            used = True
        elif (found := MODEL.match(plain)) and found[1] != "loading":
            self.model = found[1]
        return used

    def end(self) -> None:
        """Take what is unfinished as far as it goes."""
        self._finish_card()
        self._finish_total()

    # -- the cards of /status --------------------------------------------------------------------------------------

    def _card(self, plain: str, *, ended: bool, blank: bool) -> bool:
        """Collect a card from its title to its frame's end, or to a blank line below its limits."""
        if TITLE.search(plain):
            self._finish_card()
            self.card = [plain]
            return True
        if not self.card:
            return False
        blank_below = blank and any(ROW.match(one) for one in self.card)
        if ended or blank_below or len(self.card) >= LONGEST_CARD:
            self._finish_card()
            return ended
        self.card.append(plain)
        return bool(plain)

    def _finish_card(self) -> None:
        """Note the limits of a card; what stands above a session as it begins is no card of its state."""
        card, self.card = self.card, []
        if not any(CARD_ROW.match(one) for one in card):
            self.log.skipped["plain_text"] += sum(map(bool, card))
            return
        self.log.status_snapshots += 1
        found = understood("\n".join(card), self.log.clock.at, self.log.zone)
        plan = labels.known((found.plan or "").split(" ")[0].lower(), labels.PLANS)
        for shown in found.limits:
            self._limit(shown, plan)
        if lost := max(sum(map(bool, map(LIMIT_ROW.match, card))) - len(found.limits), 0):
            self.log.skipped["unreadable_limit"] += lost

    def _limit(self, shown: Shown, plan: str | None) -> None:
        minutes = MINUTES.get(shown.name)
        if minutes is None or shown.family is not None:  # only rollouts tell the ids of other families
            self.log.skip("unnamed_limit")
            return
        at = self.log.clock.at
        if shown.reset_at is not None and shown.reset_at - at > minutes * 60_000:  # it was printed long before
            self.log.skip("stale_limit")
            return
        used = float(100 - shown.remaining_percent)
        limit = Limit(at, "codex", minutes, used, shown.reset_at, plan, None)
        same = [one for one in self.log.limits if one[:3] == limit[:3]]
        for one in same:  # a log without clocks: its last card holds
            self.log.limits.remove(one)
        self.log.limits.append(limit)

    # -- the total as a thread ends --------------------------------------------------------------------------------

    def _total(self, plain: str, line: int) -> bool:
        """Collect a total from its line to the one that names its thread."""
        if BEGINS.search(plain):
            self._finish_total()
            self.tail, self.line = [plain], line
            return True
        if not self.tail:
            return False
        self.tail.append(plain)
        if RESUME.search(_squeezed(self.tail)) or len(self.tail) > LONGEST_TAIL:
            self._finish_total()
        return True

    def _finish_total(self) -> None:
        tail, self.tail = _squeezed(self.tail), []
        if not tail:
            return
        self.log.usage_lines += 1
        found, thread = TOTAL.search(tail), RESUME.search(tail)
        forked, self.forked = self.forked, False
        if found is None:
            self.log.skip("unreadable_total")
        elif thread is None:
            self.log.skip("no_thread")
        elif forked:  # it counts what the parent used, and does not tell how much that was
            self.log.skip("total_of_a_fork")
        else:
            self._take(found, thread[1])

    def _take(self, found: re.Match[str], thread: str) -> None:
        """Take the total of a thread; its input is told without what was cached."""
        total, uncached, cached, output, reasoning = (int((one or "0").replace(",", "")) for one in found.groups())
        usage = usage_of(UsageJson(uncached + cached, cached, 0, output, reasoning))
        if usage is None or not any(usage) or total != uncached + output:
            self.log.skip("invalid_counter")
            return
        began = uuid7_instant(thread) or 0
        at = max(self.log.clock.at, began)
        self.log.threads.describe(Thread(thread, created_at=began or at, source="cli"))
        account = self.log.threads.get(thread)
        account.state.model = account.state.model or self.model
        self.log.counted(account, lambda: account.total(usage, at, self.line, PRINTED_THREAD))


def _squeezed(lines: list[str]) -> str:
    """Return the text of lines without blanks."""
    return "".join("".join(lines).split())
