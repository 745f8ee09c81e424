"""What has happened, told to whoever subscribes. Below messaging, which carries it."""
