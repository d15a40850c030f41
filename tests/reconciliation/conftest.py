from tests.payments.conftest import till

__all__ = ["till"]
