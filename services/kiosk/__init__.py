"""Pages of a kiosk: a device in an office on which residents file by themselves."""
