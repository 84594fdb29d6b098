from tests.assets.conftest import clock, runtime, scope

__all__ = ["clock", "runtime", "scope"]
