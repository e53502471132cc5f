"""Where files are kept: a folder of this machine, or Supabase Storage. Only this room knows the `supabase` client."""
