"""From a case to what the body sees: plan, run, exposure."""

from speciosa.exposure._results import Curve, Figure, InteractionRun, Interval, Parameter, Record, Scenario

__all__ = ["Curve", "Figure", "InteractionRun", "Interval", "Parameter", "Record", "Scenario"]
