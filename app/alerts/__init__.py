"""The world of operators: where alerts go. Each way is one module; wiring joins those that are configured."""
