"""The ledger of readers: what is asked of one reader costs what one reader's ledger costs."""

from __future__ import annotations

import pytest

from newsletter.store import open_store


@pytest.mark.parametrize(
    "question",
    [
        lambda readers: readers.deliveries(1, most=1),
        lambda readers: readers.deliveries(1, ("queued", "deferred")),
        lambda readers: readers.shown(1, (1, 2, 3)),
        lambda readers: readers.untold_revisions(1),
    ],
    ids=("deliveries", "open deliveries", "shown", "untold revisions"),
)
def test_one_readers_ledger_is_found_without_reading_that_of_all(question):
    """A round asks each of these of each reader: read whole, ten thousand would cost a hundred million."""
    store, asked = open_store(None), []
    connection = store._database._connection
    connection.set_trace_callback(asked.append)
    question(store.readers)
    connection.set_trace_callback(None)
    steps = [step[3] for each in asked for step in connection.execute(f"EXPLAIN QUERY PLAN {each}")]
    store.close()

    assert steps
    assert [] == [step for step in steps if step.startswith("SCAN") and "json_each" not in step]
    assert any("(reader=?)" in step for step in steps)
