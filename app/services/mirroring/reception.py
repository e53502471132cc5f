"""Who we are to Google for a sheet: its own service account, else the installation's."""

from app.domain.errors import NeedsHuman
from app.sheets.base import ServiceAccount, Sheets, Spreadsheet
from app.store.sheets import Sheet

NO_KEY = "Give one with the sheet, or set GOOGLE_SERVICE_ACCOUNT_FILE."


class Reception:
    """Opens the spreadsheet of a sheet."""

    def __init__(self, sheets: Sheets, *, key: str | None) -> None:
        self._sheets = sheets
        self._key = key

    def open(self, sheet: Sheet) -> Spreadsheet:
        """Asks nothing yet.

        Raises:
            NeedsHuman: there is no service account.
        """
        return self._sheets.open(sheet.spreadsheet, self._of(sheet.key))

    def email(self, key: str | None) -> str:
        """With whom the spreadsheet is to be shared; empty when there is no service account."""
        return self._of(key).email if key or self._key else ""

    def _of(self, own: str | None) -> ServiceAccount:
        key = own or self._key
        if not key:
            raise NeedsHuman("There is no service account for Google Sheets.", hint=NO_KEY, code="sheet_no_key")
        return self._sheets.account_of(key)
