"""All routes: three audiences, their documents, health."""

from django.urls import include, path
from django.views.decorators.cache import never_cache
from django_prometheus import exports

from config.documents import API_DOCUMENTS
from kernel.http import health
from kernel.http.docs import DocumentView, RedocView, SwaggerView

AUDIENCES = ("miniprogram", "admin", "partner")

handler400 = "kernel.http.problems.bad_request"
handler404 = "kernel.http.problems.not_found"
handler500 = "kernel.http.problems.server_error"

urlpatterns = [
    path("healthz", never_cache(health.healthz)),
    path("readyz", never_cache(health.readyz)),
    path("metrics", exports.ExportToDjangoView),
    path("", include("config.urls.callbacks")),
]
for audience in AUDIENCES:
    base, module = f"api/{audience}/v1/", f"config.urls.{audience}"
    page = {"url_name": f"{audience}-schema", "title": API_DOCUMENTS[audience]["title"]}
    urlpatterns += [
        path("", include(module)),
        path(f"{base}schema", DocumentView.as_view(urlconf=module), name=f"{audience}-schema"),
        path(f"{base}docs/", SwaggerView.as_view(**page), name=f"{audience}-docs"),
        path(f"{base}redoc/", RedocView.as_view(**page), name=f"{audience}-redoc"),
    ]

__all__ = ["AUDIENCES", "handler400", "handler404", "handler500", "urlpatterns"]
