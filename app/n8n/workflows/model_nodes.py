"""The nodes around a language model: the agent, its model, its tools and the shape of its answer."""

from app.n8n.workflows.canvas import Json, Node, OnError
from app.n8n.workflows.nodes import MODEL, PONTE

LANGCHAIN = "@n8n/n8n-nodes-langchain."


def agent(name: str, text: str, system: str, *, steps: int = 8, at: tuple[int, int] = (0, 0)) -> Node:
    """The AI Agent with a structured answer; what fails leaves by its second output."""
    options: Json = {
        "systemMessage": system,
        "maxIterations": steps,
        "returnIntermediateSteps": False,
        "enableStreaming": False,
    }
    parameters: Json = {"promptType": "define", "text": text, "hasOutputParser": True, "options": options}
    return Node(name, f"{LANGCHAIN}agent", 3, parameters, at, on_error=OnError.ERROR_OUTPUT)


def chat_model(name: str, model: str, *, at: tuple[int, int] = (0, 0)) -> Node:
    """Any model that speaks `/chat/completions`; its address is in the credential."""
    parameters: Json = {
        "model": {"__rl": True, "mode": "id", "value": model},
        "responsesApiEnabled": False,  # else version 1.3 asks /responses, which only OpenAI has
        "options": {"temperature": 0.2, "timeout": 8000, "maxRetries": 1},
    }
    return Node(name, f"{LANGCHAIN}lmChatOpenAi", 1.3, parameters, at, MODEL)


def output_parser(name: str, schema: str, *, at: tuple[int, int] = (0, 0)) -> Node:
    """The shape that the agent's answer must have, as a JSON Schema."""
    parameters: Json = {"schemaType": "manual", "inputSchema": schema, "autoFix": False}
    return Node(name, f"{LANGCHAIN}outputParserStructured", 1.3, parameters, at)


def mcp_tools(name: str, address: str, *, at: tuple[int, int] = (0, 0)) -> Node:
    """The tools of an MCP server. `address` may be an expression; the model sees them as `<name>_<tool>`."""
    parameters: Json = {
        "endpointUrl": address,
        "serverTransport": "httpStreamable",
        "authentication": "headerAuth",
        "include": "all",
        "options": {"timeout": 8000},
    }
    return Node(name, f"{LANGCHAIN}mcpClientTool", 1.2, parameters, at, PONTE)


def prompt(name: str, text: str, system: str, *, at: tuple[int, int] = (0, 0)) -> Node:
    """A model asked once, without tools; what fails leaves by the second output."""
    messages = {"messageValues": [{"type": "SystemMessagePromptTemplate", "message": system}]}
    parameters: Json = {
        "promptType": "define",
        "text": text,
        "hasOutputParser": False,
        "messages": messages,
        "batching": {},
    }
    return Node(name, f"{LANGCHAIN}chainLlm", 1.7, parameters, at, on_error=OnError.ERROR_OUTPUT)
