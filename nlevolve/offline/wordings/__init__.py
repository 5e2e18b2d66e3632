"""Wordings: how people say what the grammar says otherwise. All of it is read and none of it is written."""
