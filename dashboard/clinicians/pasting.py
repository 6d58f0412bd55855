"""Reading a form that holds the text of a whole file."""

from django.http import HttpRequest, QueryDict

FORM = "application/x-www-form-urlencoded"


def is_large_form(request: HttpRequest) -> bool:
    return request.content_type == FORM


def read_large_form(request: HttpRequest, most: int) -> bool:
    """Read a form of up to so many bytes, where DATA_UPLOAD_MAX_MEMORY_SIZE, which is right for every other form,
    would refuse it unread and lose what was pasted. False if it is larger still.

    Uploaded files are no part of that limit: a form with one is left to Django.
    """
    if not is_large_form(request):
        return True
    body = request.read(most + 1)
    if len(body) > most:
        return False
    request.POST = QueryDict(body, encoding="utf-8")
    return True
