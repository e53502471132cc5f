"""A Bitrix24 portal with open lines: as strict as its method schemas about parameters, rude when it is asked to be."""
