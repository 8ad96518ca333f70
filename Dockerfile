# syntax=docker/dockerfile:1
# One image for all roles: `kefu web`, `kefu worker`, `kefu beat`, `kefu migrate` (see compose.yaml).

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/kefu
# Without tests, linters and the embedded servers, which are of no use in a container.
COPY image.lock /src/
RUN /opt/kefu/bin/pip install --require-hashes --no-deps --requirement /src/image.lock

FROM python:3.13-slim-bookworm
# One stable uid, so that volumes keep their owner from image to image.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin kefu \
    && install -d -o kefu -g kefu /data
COPY --from=build /opt/kefu /opt/kefu
WORKDIR /app
COPY . .
RUN printf '#!/bin/sh\nexec /opt/kefu/bin/python -m kefu_project.cli "$@"\n' > /usr/local/bin/kefu \
    && chmod 755 /usr/local/bin/kefu
ENV PATH=/opt/kefu/bin:$PATH PYTHONUNBUFFERED=1 PYTHONPATH=/app \
    KF_DATA_DIR=/data KF_STATIC_ROOT=/app/staticfiles KF_LOG_JSON=true
# Takes half a minute, so it happens here and never at start. Byte code too: the folder is not writable later.
RUN python manage.py collectstatic --noinput --verbosity 0 && python -m compileall -q /app
USER kefu
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["kefu"]
CMD ["web", "--host", "0.0.0.0"]
