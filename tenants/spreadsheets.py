"""What table programs make of a CSV file: formulas that run, and Chinese that only a mark at the start keeps. Pure."""

from typing import Any

# A file without it is taken for the machine's old encoding.
BOM = "\ufeff"
# In wide letters too: where people write Chinese or Japanese, table programs take them for the narrow ones.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")


def neutral(cell: Any) -> Any:
    """Text that a table program would run begins with an apostrophe, which it shows as text. Numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
