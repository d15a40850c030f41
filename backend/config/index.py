"""What stands at `/`: where the documents and the states of health are."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from config.documents import API_DOCUMENTS


@require_safe
def index(request: HttpRequest) -> JsonResponse:
    """Addresses alone; whether the documents answer is decided by YIHUI_DOCUMENT_ADDRESSES."""

    def at(path: str) -> str:
        return request.build_absolute_uri(path)

    documents = {
        audience: {
            "title": words["title"],
            "openapi": at(reverse(f"{audience}-schema")),
            "swagger_ui": at(reverse(f"{audience}-docs")),
            "redoc": at(reverse(f"{audience}-redoc")),
        }
        for audience, words in API_DOCUMENTS.items()
    }
    body = {
        "name": settings.SPECTACULAR_SETTINGS["TITLE"],
        "version": settings.SPECTACULAR_SETTINGS["VERSION"],
        "documents": documents,
        "health": {"alive": at("/healthz"), "ready": at("/readyz")},
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
