"""The time door: jobs and schedules by name. A job is a name and ids; its handler is safe to run twice."""
