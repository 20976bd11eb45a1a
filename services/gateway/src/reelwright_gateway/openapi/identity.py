"""Who asks, in the OpenAPI document: what costs a request nothing, since the identifier reads it by itself."""

from typing import Any

from reelwright_gateway.identity.bearer import ACT_AS_HEADER

SCHEMES = {
    "ticket": {
        "type": "apiKey",
        "in": "query",
        "name": "ticket",
        "description": "Instead of the Authorization header, which an EventSource cannot send: from POST "
        "/v1/stream-tickets, good for one connection.",
    }
}
PARAMETERS = {
    "ActsFor": {
        "name": ACT_AS_HEADER,
        "in": "header",
        "required": False,
        "description": "For keys with the scope act_as: the user of the tenant whom this request acts for.",
        "schema": {"type": "string", "pattern": r'^[!-"$-~]([ -"$-~]{0,254}[!-"$-~])?$', "examples": ["ann"]},
    }
}


def add_identity(operation: dict[str, Any]) -> None:
    """To an operation that asks who it is: the other ways to say so."""
    if "security" not in operation:
        return
    parameters = operation.get("parameters", [])
    own = [parameter for parameter in parameters if (parameter["name"], parameter["in"]) != ("ticket", "query")]
    if len(own) < len(parameters):
        operation["security"].append({"ticket": []})
    operation["parameters"] = [*own, {"$ref": "#/components/parameters/ActsFor"}]
