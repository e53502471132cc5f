"""A stand-in for an Auth API: it sends no SMS, keeps what it would have sent, and fails on request."""
