"""The register of payments as a file: what was filtered, as XLSX or CSV."""

from tempfile import TemporaryFile

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from applications import payment_register
from portal.requests import Request
from portal.views.finance import reading_desk
from portal.views.finance_list import list_page, narrowed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _name(ending: str) -> str:
    return f"奖补资金{payment_register.TITLE} {timezone.localdate():%Y-%m-%d}.{ending}"


@require_safe
def xlsx(request: Request) -> HttpResponseBase:
    """Hand out what was filtered as a sheet."""
    posting = reading_desk(request)
    found = narrowed(request, request.GET)
    if not found.form.is_valid():
        return list_page(request, posting)
    target = TemporaryFile()  # noqa: SIM115 - the answer closes it
    payment_register.write_xlsx(target, found.rows)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=_name("xlsx"), content_type=XLSX)


@require_safe
def csv(request: Request) -> HttpResponseBase:
    """Hand out what was filtered as text, sent while it is read."""
    posting = reading_desk(request)
    found = narrowed(request, request.GET)
    if not found.form.is_valid():
        return list_page(request, posting)
    response = StreamingHttpResponse(payment_register.csv_lines(found.rows), content_type="text/csv; charset=utf-8")
    disposition = content_disposition_header(True, _name("csv"))
    assert disposition, "an attachment has a disposition"
    response["Content-Disposition"] = disposition
    return response
