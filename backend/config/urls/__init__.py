"""All routes: three audiences, their documents, health."""

from django.urls import include, path
from django.views.decorators.cache import never_cache
from django_prometheus import exports
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView

from kernel.http import health

AUDIENCES = ("miniprogram", "admin", "partner")

handler400 = "kernel.http.problems.bad_request"
handler404 = "kernel.http.problems.not_found"
handler500 = "kernel.http.problems.server_error"

urlpatterns = [
    path("healthz", never_cache(health.healthz)),
    path("readyz", never_cache(health.readyz)),
    path("metrics", exports.ExportToDjangoView),
]
for audience in AUDIENCES:
    base, module = f"api/{audience}/v1/", f"config.urls.{audience}"
    urlpatterns += [
        path("", include(module)),
        path(f"{base}schema", SpectacularAPIView.as_view(urlconf=module), name=f"{audience}-schema"),
        path(
            f"{base}docs/",
            SpectacularSwaggerView.as_view(url_name=f"{audience}-schema"),
            name=f"{audience}-docs",
        ),
        path(
            f"{base}redoc/",
            SpectacularRedocView.as_view(url_name=f"{audience}-schema"),
            name=f"{audience}-redoc",
        ),
    ]

__all__ = ["AUDIENCES", "handler400", "handler404", "handler500", "urlpatterns"]
