"""Every rule and every query, as plain functions of a database session, an actor and values."""
