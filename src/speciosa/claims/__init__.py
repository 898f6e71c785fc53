"""Each claim on kratom: evidence, certainty, computed test, verdict; and an article read against them."""

__all__: list[str] = []
