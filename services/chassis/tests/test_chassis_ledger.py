"""The ledger against a model of a broker: whatever happens, no unfinished offset is passed, and none is left behind."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reelwright_chassis.bus.port import TopicPartition
from reelwright_chassis.worker.ledger import OffsetLedger, Ticket

AT = TopicPartition("t", 0)
PARTITIONS = [TopicPartition("t", number) for number in range(2)]
LENGTH = 6
partitions = st.sampled_from(PARTITIONS)
picks = st.integers(0, 100)


class LedgerMachine(RuleBasedStateMachine):
    """Delivery, jobs and commits in any order, with rebalances in between."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = OffsetLedger()
        self.committed = dict.fromkeys(PARTITIONS, 0)
        self.position: dict[TopicPartition, int] = {}
        self.queued: list[Ticket] = []
        self.running: list[Ticket] = []
        self.finished: set[tuple[TopicPartition, int]] = set()

    @rule(at=partitions)
    def assign(self, at: TopicPartition) -> None:
        """A rebalance may assign anew what was ours, and starts at what is committed."""
        self.ledger.revoke([at])
        self.ledger.assign([at])
        self.position[at] = self.committed[at]

    @rule(at=partitions)
    def revoke(self, at: TopicPartition) -> None:
        self.ledger.revoke([at])
        self.position.pop(at, None)

    @precondition(lambda self: self.position)
    @rule(pick=picks)
    def deliver(self, pick: int) -> None:
        at = sorted(self.position)[pick % len(self.position)]
        offset = self.position[at]
        if offset < LENGTH:
            self.position[at] += 1
            ticket = self.ledger.deliver(at, offset)
            self.queued += [ticket] if ticket else []

    @precondition(lambda self: self.queued)
    @rule(pick=picks)
    def begin(self, pick: int) -> None:
        ticket = self.queued.pop(pick % len(self.queued))
        if self.ledger.begin(ticket):
            self.running.append(ticket)

    @precondition(lambda self: self.running)
    @rule(pick=picks)
    def finish(self, pick: int) -> None:
        ticket = self.running.pop(pick % len(self.running))
        self.finished.add((ticket.at, ticket.offset))
        self.ledger.finish(ticket)

    @precondition(lambda self: self.running)
    @rule(pick=picks)
    def put_back(self, pick: int) -> None:
        again = self.ledger.put_back(self.running.pop(pick % len(self.running)))
        self.queued += [again] if again else []

    @rule(succeeds=st.booleans())
    def commit(self, succeeds: bool) -> None:
        due = self.ledger.due()
        for at, offset in due.items():
            assert offset > self.committed[at] or at not in self.position
            assert all((at, number) in self.finished for number in range(offset)), "an unfinished offset was passed"
        if succeeds:
            self.committed.update(due)
            self.ledger.committed(due)

    @rule(elsewhere=st.integers(1, LENGTH), at=partitions)
    def another_member_goes_on(self, elsewhere: int, at: TopicPartition) -> None:
        """While a partition is somewhere else, more of it is finished there."""
        if at not in self.position:
            self.committed[at] = max(self.committed[at], elsewhere)
            self.finished |= {(at, number) for number in range(self.committed[at])}

    @invariant()
    def no_record_is_worked_on_twice_at_once(self) -> None:
        at_work = [(ticket.at, ticket.offset) for ticket in self.running]
        assert len(at_work) == len(set(at_work))

    def teardown(self) -> None:
        """In the end everything can be finished and committed."""
        for at in PARTITIONS:
            if at not in self.position:
                self.assign(at)
        while self.queued or self.running or any(position < LENGTH for position in self.position.values()):
            for rule_, busy in ((self.deliver, True), (self.begin, self.queued), (self.finish, self.running)):
                if busy:
                    rule_(0)
            self.position = {at: p for at, p in self.position.items() if p < LENGTH} or self.position
        self.commit(True)
        assert self.committed == dict.fromkeys(PARTITIONS, LENGTH)


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_only_the_finished_prefix_is_due() -> None:
    ledger = OffsetLedger()
    ledger.assign([AT])
    tickets = [ledger.deliver(AT, offset) for offset in (5, 6, 9)]  # offsets may have gaps
    for ticket in tickets:
        assert ticket is not None
        assert ledger.begin(ticket)
    assert ledger.due() == {}
    ledger.finish(tickets[1])  # type: ignore[arg-type]
    assert ledger.due() == {}
    ledger.finish(tickets[0])  # type: ignore[arg-type]
    assert ledger.due() == {AT: 9}
    ledger.committed({AT: 9})
    assert ledger.due() == {}
    ledger.finish(tickets[2])  # type: ignore[arg-type]
    assert ledger.due() == {AT: 10}


def test_a_record_delivered_again_is_adopted_while_its_job_runs() -> None:
    ledger = OffsetLedger()
    ledger.assign([AT])
    ticket = ledger.deliver(AT, 0)
    assert ticket is not None
    assert ledger.begin(ticket)
    ledger.assign([AT])
    assert ledger.deliver(AT, 0) is None
    ledger.finish(ticket)
    assert ledger.due() == {AT: 1}


def test_a_job_that_ends_before_its_record_comes_again_is_not_done_twice() -> None:
    ledger = OffsetLedger()
    ledger.assign([AT])
    ticket = ledger.deliver(AT, 0)
    assert ticket is not None
    assert ledger.begin(ticket)
    ledger.assign([AT])
    ledger.finish(ticket)
    assert ledger.due() == {}
    assert ledger.deliver(AT, 0) is None
    assert ledger.due() == {AT: 1}


def test_a_job_that_ends_after_others_did_its_record_moves_nothing() -> None:
    ledger = OffsetLedger()
    ledger.assign([AT])
    ticket = ledger.deliver(AT, 0)
    assert ticket is not None
    assert ledger.begin(ticket)
    ledger.revoke([AT])  # somebody else does 0 and 1, and commits
    ledger.assign([AT])
    assert ledger.deliver(AT, 2)
    ledger.finish(ticket)
    assert ledger.due() == {}


def test_what_waits_when_its_partition_goes_is_never_begun() -> None:
    ledger = OffsetLedger()
    ledger.assign([AT])
    ticket = ledger.deliver(AT, 0)
    assert ticket is not None
    ledger.revoke([AT])
    assert not ledger.begin(ticket)
    assert ledger.deliver(AT, 1) is None
    ledger.finish(ticket)
    ledger.committed({AT: 1})
    assert (ledger.due(), ledger.assigned) == ({}, [])


def test_an_adopted_record_that_must_wait_waits_in_the_new_epoch() -> None:
    ledger = OffsetLedger()
    ledger.assign([AT])
    ticket = ledger.deliver(AT, 0)
    assert ticket is not None
    assert ledger.begin(ticket)
    ledger.assign([AT])
    assert ledger.deliver(AT, 0) is None
    again = ledger.put_back(ticket)
    assert again is not None
    assert again.epoch > ticket.epoch
    assert ledger.begin(again)
