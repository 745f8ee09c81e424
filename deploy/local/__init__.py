"""Everything `./balai up` runs on one machine: real servers, kept in the project's own folder."""
