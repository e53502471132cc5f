"""The agenda: free times, holds and bookings, reminders, and what customers mean by "tomorrow afternoon"."""
