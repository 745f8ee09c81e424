"""What happens to appointments."""

from dataclasses import dataclass

from events.event import Event


@dataclass(frozen=True)
class AppointmentWithdrawn(Event, name="appointment.withdrawn"):
    """The office took a time back that it had promised."""

    appointment_id: int

    def key(self) -> str:
        return str(self.appointment_id)
