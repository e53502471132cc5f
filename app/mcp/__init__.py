"""The door of the tools: the Model Context Protocol over HTTP, for n8n's AI Agent and for other clients."""
