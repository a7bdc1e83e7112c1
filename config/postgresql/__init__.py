"""Django's PostgreSQL, which stops asking a server that does not answer."""
