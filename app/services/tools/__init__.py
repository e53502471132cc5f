"""What a brain may do while it writes: the tools behind the MCP door and behind the built-in agent."""
