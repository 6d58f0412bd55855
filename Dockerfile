# The dashboard in an image: python:3.11-slim, no compiler, a user of its own, nothing to write to but /data and /tmp.
# For releases name the base by its digest: docker build --build-arg BASE=python:3.11-slim@sha256:… .
ARG BASE=python:3.11-slim

FROM ${BASE} AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt requirements-postgres.txt ./
# Wheels only: nothing is compiled, so no compiler is needed.
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: \
      -r requirements.txt -r requirements-postgres.txt
COPY manage.py gunicorn.conf.py LICENSE ./
COPY corti_gateway corti_gateway
COPY dashboard dashboard
COPY templates templates
COPY static static
# In the image rather than in /data, so that each version serves its own; the demo's settings do for that.
RUN ENV_FILE= VAR_DIR=/tmp/build STATIC_ROOT=/app/collected /venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
 && /venv/bin/python -m compileall -q corti_gateway dashboard

FROM ${BASE}
RUN useradd --system --uid 10001 --home-dir /nonexistent dashboard \
 && install -d -m 0700 -o dashboard -g dashboard /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ENV_FILE= VAR_DIR=/data STATIC_ROOT=/app/collected BIND=0.0.0.0:8000
USER dashboard
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "dashboard.wsgi"]
