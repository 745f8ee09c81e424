"""What happens to orders of fees, as others may want to know it."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class OrderMade(Event, name="fee.ordered"):
    order_id: int

    def key(self) -> str:
        return str(self.order_id)


@dataclass(frozen=True)
class OrderPaid(Event, name="fee.paid"):
    order_id: int
    payment_id: int

    def key(self) -> str:
        return str(self.payment_id)


@dataclass(frozen=True)
class OrderVoided(Event, name="fee.voided"):
    order_id: int

    def key(self) -> str:
        return str(self.order_id)


@dataclass(frozen=True)
class ProofSent(Event, name="fee.proof_sent"):
    proof_id: int

    def key(self) -> str:
        return str(self.proof_id)


@dataclass(frozen=True)
class ProofRefused(Event, name="fee.proof_refused"):
    proof_id: int

    def key(self) -> str:
        return str(self.proof_id)


@dataclass(frozen=True)
class RefundDecided(Event, name="fee.refund_decided"):
    refund_id: int

    def key(self) -> str:
        return str(self.refund_id)


@dataclass(frozen=True)
class RefundPaid(Event, name="fee.refund_paid"):
    refund_id: int

    def key(self) -> str:
        return str(self.refund_id)
