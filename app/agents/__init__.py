"""What writes replies: the offline brain here, models and n8n beside it when they are built."""
