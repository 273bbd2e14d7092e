"""Formulas of a workbook that hold numbers only: "522.0+0" can be computed without the workbook."""

import ast
from decimal import Decimal, DivisionByZero, InvalidOperation

_LONGEST = 100
_ALLOWED = frozenset("0123456789.+-*/() ")


def constant_value(formula: str) -> Decimal | None:
    """
    The value of a formula of plain numbers, or None if it needs anything else.

    Example:
        >>> constant_value("522.0+0"), constant_value("SUM(H5:H64)")
        (Decimal('522.0'), None)
    """
    if not formula or len(formula) > _LONGEST or not set(formula) <= _ALLOWED or "**" in formula:
        return None
    try:
        return _value(ast.parse(formula.strip(), mode="eval").body)
    except (SyntaxError, InvalidOperation, DivisionByZero, ValueError):
        return None


def _value(node: ast.expr) -> Decimal:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Decimal(repr(node.value))
    if isinstance(node, ast.UnaryOp):
        value = _value(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
    raise ValueError("not plain arithmetic")
