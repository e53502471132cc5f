"""What a person at the command line does where somebody at the API would call a path. Pure."""

COMMANDS_FOR_PATHS = {
    "GET /admin/account": "`ponte accounts show`",
    "PATCH /admin/account": "`ponte accounts set`",
    "GET /admin/dead": "`ponte dead list`",
    "GET /admin/keys": "`ponte keys list`",
    "GET /admin/templates": "`ponte templates list`",
    "PUT /admin/templates": "`ponte templates set`",
    "GET /vendedores": "`ponte sellers list`",
    "POST /vendedores/sincronizar": "`ponte sellers sync`",
    "POST /vendedores/adicionar": "`ponte sellers add`",
    "GET /agenda": "`ponte agenda list`",
}


def at_the_command_line(said: str) -> str:
    """The sentence with commands in the place of paths; the longer path first, for some begin alike."""
    for path in sorted(COMMANDS_FOR_PATHS, key=len, reverse=True):
        said = said.replace(path, COMMANDS_FOR_PATHS[path])
    return said
