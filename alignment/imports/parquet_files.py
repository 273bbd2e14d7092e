"""Parquet to records, batch by batch, every value as exact text."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from alignment.errors import UnreadableFile
from alignment.imports.raw import Limits, Record
from alignment.imports.text_files import too_many_rows

_BATCH_ROWS = 8_192


def parquet_records(
    data: bytes, file_name: str, limits: Limits
) -> tuple[list[Record], list[bool], tuple[str, ...]]:
    """
    A header record and the rows, which columns the file gave a type, and notes.

    Lines count as if the file were a sheet with its header on line 1.

    Raises:
        UnreadableFile: Not Parquet, damaged, or too large once unpacked.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        _require_small(file.metadata, file_name, limits)
        return _records(file, file_name, limits)
    except MemoryError:
        raise  # Arrow's own is an ArrowException too, and says nothing about the file's health
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise UnreadableFile(
            f'"{file_name}" cannot be read as Parquet: it is damaged or cut. Write it again.'
        ) from error


def _require_small(metadata: Any, file_name: str, limits: Limits) -> None:
    if limits.rows is not None and metadata.num_rows > limits.rows:
        raise UnreadableFile(too_many_rows(file_name, limits.rows))
    n_cells = metadata.num_rows * metadata.num_columns
    unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if metadata.num_columns > limits.columns or (limits.cells is not None and n_cells > limits.cells):
        raise UnreadableFile(
            f'"{file_name}" has {metadata.num_rows:,} rows and {metadata.num_columns:,} columns; '
            f"the limit is {limits.columns:,} columns and {limits.cells or 0:,} cells. Write fewer columns."
        )
    if unpacked > limits.unpacked_mb * 1_000_000:
        raise UnreadableFile(_too_large(file_name, limits))


def _too_large(file_name: str, limits: Limits) -> str:
    return (
        f'"{file_name}" unpacks to more than {limits.unpacked_mb:,} MB, the limit here. Split it, '
        "write fewer columns, or import it with the command line: python -m alignment import FILE."
    )


def _records(file: Any, file_name: str, limits: Limits) -> tuple[list[Record], list[bool], tuple[str, ...]]:
    schema = file.schema_arrow
    flat = [field for field in schema if not pa.types.is_nested(field.type)]
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    records = [Record(line=1, cells=[field.name for field in flat])]
    n_bytes = 0
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=[field.name for field in flat]):
        columns = []
        for position in range(batch.num_columns):
            text = _as_text(batch.column(position))
            n_bytes += pc.sum(pc.binary_length(text)).as_py() or 0
            columns.append(text)
        if n_bytes > limits.unpacked_mb * 1_000_000:
            raise UnreadableFile(_too_large(file_name, limits))
        start = len(records)
        for offset, cells in enumerate(zip(*(column.to_pylist() for column in columns), strict=True)):
            records.append(Record(line=start + offset + 1, cells=list(cells)))
    typed = [not _is_text(field.type) for field in flat]
    notes = ["Read as Parquet."]
    if nested:
        notes.append(f"Columns that hold lists or records were not read: {', '.join(nested)}.")
    return records, typed, tuple(notes)


def _is_text(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _as_text(column: Any) -> Any:
    """The column as strings; missing and not-a-number become empty."""
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    return pc.fill_null(pc.cast(column, pa.large_string()), "")
