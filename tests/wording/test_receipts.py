"""A receipt adds up, line by line, and says what to do about what is left."""

import re
from datetime import UTC, datetime

from alignment.actions.imports.receipts import (
    AlreadyImported,
    Created,
    ImportReceipt,
    Match,
    NotConverted,
    Waiting,
)
from alignment.wording import already_imported, import_receipt, receipt_headline, receipt_lines


def receipt(**changes):
    fields = {
        "kind": "deals", "source": "crm", "file_name": "sales_pipeline.csv", "batch_id": 3,
        "recorded_at": datetime(2026, 6, 26, 14, 0, tzinfo=UTC), "rows_in_file": 8802, "rows_other": 1,
        "rows_rejected": 0, "rows_superseded": 1, "rows_inserted": 8790, "rows_updated": 8,
        "rows_unchanged": 2, "records_inserted": 17_000, "records_updated": 8, "records_unchanged": 2,
    }  # fmt: skip
    return ImportReceipt(**(fields | changes))


def numbers(sentence):
    return [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", sentence)]


def test_one_line_says_what_became_of_a_file():
    assert receipt_headline(receipt()) == (
        "sales_pipeline.csv: 8,802 rows, 8,790 new, 8 changed, 2 unchanged (import 3)"
    )


def test_the_first_two_lines_are_accounts_that_add_up():
    rows, records = receipt_lines(receipt())

    assert rows == (
        "8,802 rows in the file = 8,790 new + 8 changed + 2 unchanged + 1 superseded by a newer row "
        "+ 1 no data."
    )
    assert records == "17,010 records from them = 17,000 new + 8 changed + 2 unchanged."
    for line in (rows, records):
        total, *parts = numbers(line)
        assert total == sum(parts)


def test_a_refused_file_adds_up_too_and_says_what_to_do():
    refused = receipt(
        batch_id=None, rows_rejected=3, rows_inserted=0, rows_updated=0, rows_unchanged=0,
        records_inserted=0, records_updated=0, records_unchanged=0,
    )  # fmt: skip
    total, *parts = numbers(receipt_lines(refused)[0])

    assert receipt_headline(refused) == (
        "sales_pipeline.csv: nothing was stored, because 3 of 8,802 rows cannot be read. "
        "Correct them, or apply only the good rows"
    )
    assert total == sum(parts) == 8802
    assert receipt_lines(refused)[1] == "0 records from them = 0 new."


def test_a_trial_says_that_nothing_was_stored():
    assert "a trial, nothing was stored" in receipt_headline(receipt(batch_id=None))


def test_spellings_that_were_matched_are_listed_with_their_rows():
    """Maven's two files spell one product differently; the total stays whole because they are one."""
    lines = receipt_lines(receipt(matches=(Match(kind="product", text="GTXPro", name="GTX Pro", rows=1480),)))

    assert '"GTXPro" is read as product "GTX Pro" (1,480 rows).' in lines


def test_what_waits_and_what_has_no_rate_says_what_to_do():
    lines = receipt_lines(
        receipt(
            created=(
                Created(kind="territory", code="central", name="Central"),
                Created(kind="territory", code="west", name="West"),
                Created(kind="channel", code="fair", name="Fair"),
            ),
            waiting=(
                Waiting(kind="campaigns", text="C99", rows=4),
                Waiting(kind="campaigns", text="C98", rows=3),
            ),
            not_converted=(NotConverted(currency="CHF", amounts=12),),
            notes=("Dates are read as day/month/year.",),
        )
    )

    assert lines[2:] == (
        "New with this file, territory: Central and West.",
        "New with this file, channel: Fair.",
        "7 rows name campaigns that no file has brought yet (C99 and C98): filled in when it comes.",
        "12 amounts in CHF have no exchange rate for the day: counted, not summed. Import a file of rates.",
        "Dates are read as day/month/year.",
    )


def test_the_same_file_again_says_when_it_came_in():
    repeated = AlreadyImported(
        kind="deals", source="crm", file_name="sales_pipeline.csv", batch_id=3, rows_in_file=8802,
        recorded_at=datetime(2026, 6, 26, 14, 0, tzinfo=UTC),
    )  # fmt: skip

    assert already_imported(repeated, "Europe/Berlin") == (
        "sales_pipeline.csv: nothing to do. The same file came in on Friday 26 June 2026 16:00 "
        "(8,802 rows, import 3)"
    )


def test_the_whole_receipt_begins_with_its_headline():
    assert import_receipt(receipt())[0] == receipt_headline(receipt())
    assert import_receipt(receipt())[1:] == receipt_lines(receipt())
