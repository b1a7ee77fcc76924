"""Somebody asks for a place: heard, decided on, listed, offered one, let in; or refused."""
