# One image for the API, the workers, the relay and the scheduler; compose.yaml has the commands.

# Networks that reach a mirror only name theirs: --build-arg PYTHON_IMAGE=… --build-arg PYTHON_INDEX=…
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ARG PYTHON_INDEX=
RUN pip install --no-cache-dir ${PYTHON_INDEX:+--index-url "${PYTHON_INDEX}"} "uv>=0.8,<1"
WORKDIR /srv
COPY pyproject.toml requirements.txt ./
# What the product itself asks for, without the development group, each at its pin and checked by its hash.
RUN uv venv /opt/venv \
    && uv pip install ${PYTHON_INDEX:+--default-index "${PYTHON_INDEX}"} --compile-bytecode --no-cache --python /opt/venv/bin/python \
        -r pyproject.toml --constraint requirements.txt
COPY backend backend
# With production's storage, whose manifest it needs to run; the keys are random and stay in this line.
RUN random() { head -c 32 /dev/urandom | base64 -w 0; } \
    && DJANGO_SETTINGS_MODULE=config.settings.production YIHUI_STATIC_ROOT=/srv/static \
        YIHUI_SECRET_KEY="$(random)$(random)" YIHUI_FIELD_KEYS="1:$(random)" \
        YIHUI_BLIND_INDEX_KEY="$(random)" YIHUI_AUDIT_KEY="$(random)" YIHUI_ALLOWED_HOSTS=build \
        DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
        /opt/venv/bin/python backend/manage.py collectstatic --noinput --verbosity 0

FROM ${PYTHON_IMAGE}
ARG VERSION=0.3.0
LABEL org.opencontainers.image.title="yihui" org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin yihui \
    && install -d -o yihui /srv/media
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/static /srv/static
COPY backend /srv/backend
COPY scripts/lib/healthcheck.py /srv/backend/
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    YIHUI_STATIC_ROOT=/srv/static \
    YIHUI_MEDIA_ROOT=/srv/media
WORKDIR /srv/backend
USER yihui
EXPOSE 8000
# Only the API answers here; compose.yaml switches this off for the other roles.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "healthcheck.py"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "1", "--respawn-failed-workers", "config.wsgi:application"]
