"""Noun phrases that many families share: colours, objects, directions, conditions."""
