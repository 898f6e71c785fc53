"""SBML mathematics → LaTeX, and names of the model → symbols as the field writes them."""

import re

import libsbml

# how the field writes the first piece of a name; what is not here is set as it stands
_HEADS = {
    "BP": ("B{:}P", ""),
    "CL": ("CL", ""),
    "CLint": ("CL", "int"),
    "Cu": ("C", "u"),
    "EC50": ("EC", "50"),
    "Emax": ("E", "max"),
    "GFR": ("GFR", ""),
    "IC50": ("IC", "50"),
    "KI": ("K", "I"),
    "Ki": ("K", "i"),
    "Kp": ("K", "p"),
    "Kpuu": ("K", "p,uu"),
    "PS": ("PS", ""),
    "f": ("f", ""),
    "fu": ("f", "u"),
    "k": ("k", ""),
    "ka": ("k", "a"),
    "kdeg": ("k", "deg"),
    "kinact": ("k", "inact"),
    "tau": (r"\tau", ""),
}
_LETTERS = 2  # a longer name is a word
_QUALIFIERS = frozenset({"rel", "other", "full", "max", "min", "base"})
_QUOTIENTS = (libsbml.AST_TIMES, libsbml.AST_DIVIDE)
_RELATION = {
    libsbml.AST_RELATIONAL_LT: "<",
    libsbml.AST_RELATIONAL_LEQ: r"\le",
    libsbml.AST_RELATIONAL_GT: ">",
    libsbml.AST_RELATIONAL_GEQ: r"\ge",
    libsbml.AST_RELATIONAL_EQ: "=",
    libsbml.AST_RELATIONAL_NEQ: r"\ne",
    libsbml.AST_LOGICAL_AND: r"\land",
    libsbml.AST_LOGICAL_OR: r"\lor",
}
_NAMED = {libsbml.AST_FUNCTION_EXP: r"\exp", libsbml.AST_FUNCTION_LN: r"\ln", libsbml.AST_FUNCTION_MIN: r"\min"}
_NAMED |= {libsbml.AST_FUNCTION_MAX: r"\max", libsbml.AST_FUNCTION_SIN: r"\sin", libsbml.AST_FUNCTION_COS: r"\cos"}
_NAMED |= {libsbml.AST_FUNCTION_TANH: r"\tanh"}
_POWERS = (libsbml.AST_POWER, libsbml.AST_FUNCTION_POWER)
_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4


def symbol(name: str) -> str:
    r"""A name of the model as a symbol: ``CLint_other`` → ``CL_{\mathrm{int,other}}``."""
    head, *rest = name.split("_")
    if head in _HEADS or len(head) <= _LETTERS:
        letter, sub = _HEADS.get(head, (head, ""))
        below = [part for part in (sub, *rest) if part]
    else:  # a word, or several: they stand as they are, but for a last piece that qualifies them
        below = rest[-1:] if rest[-1:] and rest[-1] in _QUALIFIERS else []
        letter = rf"\text{{{' '.join([head, *rest[: len(rest) - len(below)]])}}}"
    return rf"{letter}_{{\mathrm{{{','.join(below)}}}}}" if below else letter


def latex(node: "libsbml.ASTNode") -> str:
    """A formula. What this printer does not know is set as its plain text, so that nothing is lost."""
    return _printed(node)[0]


def term(node: "libsbml.ASTNode") -> str:
    """A formula as a term of a sum: in brackets where it is a sum itself."""
    return _inside(node, _PRODUCT)


def _printed(node: "libsbml.ASTNode") -> tuple[str, int]:
    """The text and how tightly it binds."""
    kind = node.getType()
    children = [node.getChild(i) for i in range(node.getNumChildren())]
    if kind == libsbml.AST_PLUS:
        return " + ".join(_inside(child, _SUM) for child in children), _SUM
    if kind in _QUOTIENTS:
        return _quotient(node)
    if kind == libsbml.AST_MINUS:
        if len(children) == 1:
            return f"-{_inside(children[0], _PRODUCT)}", _SUM
        return f"{_inside(children[0], _SUM)} - {_inside(children[1], _PRODUCT)}", _SUM
    if kind in _POWERS:
        return f"{_inside(children[0], _ATOM)}^{{{latex(children[1])}}}", _POWER
    return _atom(node, kind, children)


def _quotient(node: "libsbml.ASTNode") -> tuple[str, int]:
    """A product of products and quotients as one fraction: ``a / b * c / d`` is a c over b d."""
    above, below = _factors(node)
    sign = ""
    if above[0].isUMinus():  # the minus of the first factor is that of all of them
        sign, above = "-", [above[0].getChild(0), *above[1:]]
    bound = _SUM if sign else _PRODUCT
    if not below:
        return sign + _product(above), bound
    return rf"{sign}\frac{{{_product(above)}}}{{{_product(below)}}}", bound


def _product(factors: list["libsbml.ASTNode"]) -> str:
    if len(factors) == 1:
        return latex(factors[0])
    return r" \cdot ".join(_inside(factor, _PRODUCT) for factor in factors)


def _factors(node: "libsbml.ASTNode") -> tuple[list["libsbml.ASTNode"], list["libsbml.ASTNode"]]:
    """What stands above the line and what below it."""
    children = [node.getChild(i) for i in range(node.getNumChildren())]
    if node.getType() == libsbml.AST_TIMES:
        parts = [_factors(child) for child in children]
        return [f for above, _ in parts for f in above], [f for _, below in parts for f in below]
    if node.getType() == libsbml.AST_DIVIDE:
        (above, below), (over, under) = (_factors(child) for child in children)
        return above + under, below + over
    return [node], []


def _atom(node: "libsbml.ASTNode", kind: int, children: list["libsbml.ASTNode"]) -> tuple[str, int]:
    if node.isNumber():
        return _number(node.getValue()), _ATOM
    if kind == libsbml.AST_NAME_TIME:
        return "t", _ATOM
    if node.isName():
        return symbol(node.getName()), _ATOM
    if kind in _RELATION:
        return f" {_RELATION[kind]} ".join(_inside(child, _SUM) for child in children), 0
    if kind == libsbml.AST_FUNCTION_PIECEWISE:
        return _cases(children), _ATOM
    if kind == libsbml.AST_FUNCTION_ROOT:
        return rf"\sqrt{{{latex(children[-1])}}}", _ATOM
    if kind == libsbml.AST_FUNCTION_ABS:
        return rf"\left|{latex(children[0])}\right|", _ATOM
    inside = ", ".join(latex(child) for child in children)
    if kind in _NAMED:
        return rf"{_NAMED[kind]}\left({inside}\right)", _ATOM
    name = node.getName() or re.sub(r"\(.*", "", libsbml.formulaToL3String(node))
    return rf"\mathrm{{{name}}}\left({inside}\right)", _ATOM


def _inside(node: "libsbml.ASTNode", around: int) -> str:
    text, own = _printed(node)
    return text if own >= around else rf"\left({text}\right)"


def _cases(children: list["libsbml.ASTNode"]) -> str:
    lines = [rf"{latex(a)} & \text{{if }} {latex(b)}" for a, b in zip(children[::2], children[1::2], strict=False)]
    if len(children) % 2:
        lines.append(rf"{latex(children[-1])} & \text{{otherwise}}")
    return r"\begin{cases}" + r" \\ ".join(lines) + r"\end{cases}"


def _number(value: float) -> str:
    digits, _, exponent = f"{value:.6g}".partition("e")
    return f"{digits} \\cdot 10^{{{int(exponent)}}}" if exponent else digits
