"""Measuring an agent: cases from files, a stage without a database, and a score by class."""
