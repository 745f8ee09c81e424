from tenants.backend.scope import in_city, in_own_connection, in_public, in_schema

__all__ = ["in_city", "in_own_connection", "in_public", "in_schema"]
