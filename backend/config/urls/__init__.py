"""All routes: three audiences, their documents, health."""

from django.urls import include, path
from django.views.decorators.cache import never_cache
from django_prometheus import exports

from config.documents import API_DOCUMENTS
from config.index import index
from kernel.http import health
from kernel.http.closed import only_for
from kernel.http.docs import DocumentView, RedocView, SwaggerView

AUDIENCES = ("miniprogram", "admin", "partner")

handler400 = "kernel.http.problems.bad_request"
handler404 = "kernel.http.problems.not_found"
handler500 = "kernel.http.problems.server_error"

urlpatterns = [
    path("", index),
    path("healthz", never_cache(health.healthz)),
    path("readyz", never_cache(health.readyz)),
    path("metrics", only_for("METRICS_ADDRESSES")(exports.ExportToDjangoView)),
    path("", include("config.urls.callbacks")),
]
_readers = only_for("DOCUMENT_ADDRESSES")
for audience in AUDIENCES:
    base, module = f"api/{audience}/v1/", f"config.urls.{audience}"
    page = {"url_name": f"{audience}-schema", "title": API_DOCUMENTS[audience]["title"]}
    urlpatterns += [
        path("", include(module)),
        path(f"{base}schema", _readers(DocumentView.as_view(urlconf=module)), name=f"{audience}-schema"),
        path(f"{base}docs/", _readers(SwaggerView.as_view(**page)), name=f"{audience}-docs"),
        path(f"{base}redoc/", _readers(RedocView.as_view(**page)), name=f"{audience}-redoc"),
    ]

__all__ = ["AUDIENCES", "handler400", "handler404", "handler500", "urlpatterns"]
