"""The vendor's REST API, version 4: the endpoints this product uses, as strict as the facts say they are."""
