"""Benchmarks: each module has `run(...) -> list[Row]`; a figure stands beside its goal and its reference."""
