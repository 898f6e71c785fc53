"""The text of a model while it grows: instances of parts, rules, constants."""

from dataclasses import dataclass, field

from speciosa.models._parts import part


@dataclass
class Lines:
    """Lines of Antimony, in order."""

    text: list[str] = field(default_factory=list)

    def use(self, name: str, prefix: str, **ports: str) -> None:
        """An instance of a part, its own names behind a prefix, its ports wired to symbols of the model."""
        self.text.append(part(name).instance(prefix, ports))

    def rule(self, symbol: str, formula: str, unit: str, meaning: str) -> None:
        """A symbol that follows from others at every time."""
        self.text.append(f"  {symbol} := {formula}; {symbol} has {unit};  // {meaning}")

    def constant(self, symbol: str, value: float, unit: str, meaning: str) -> None:
        """A symbol that never changes and that nobody sets."""
        self.text.append(f"  {symbol} = {value!r}; {symbol} has {unit};  // {meaning}")
