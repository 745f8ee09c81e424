"""The books of an office: agendas of letters, registers of cases, reports, and the archive."""
