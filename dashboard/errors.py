"""Error pages that Django would draw without a request: they still tell the reference to quote."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token

from dashboard import request_id


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    # Without the request and its context: whatever went wrong may go wrong there again.
    return HttpResponse(render_to_string("500.html", {"reference": request_id.current()}), status=500)
