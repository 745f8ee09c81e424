#!/bin/sh
# Run once by the image of PostgreSQL, on an empty volume: the role Balai works as. It owns its
# database and is no superuser, so no statement of ours can run a program or read the server's files.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$BALAI_DATABASE_PASSWORD" -U "${POSTGRES_USER:-postgres}" -d postgres <<'SQL'
CREATE ROLE balai LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE balai OWNER balai;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
SQL
