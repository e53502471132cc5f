# One image for every part of Ponte: `ponte api` (the default), `ponte worker`, `ponte migrate`; and one with a Chromium
# on top of it, for `ponte browser` (--target browser).
# Its steps are the Makefile's own: uv through pip, the hash-pinned lock, the project itself with nothing fetched.
# Debian, not Alpine: the Postgres and browser wheels are built for glibc.

FROM python:3.11-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /opt/ponte
COPY requirements-uv.lock requirements.lock ./
RUN python -m venv .tools \
 && .tools/bin/python -m pip install --quiet --no-cache-dir --require-hashes -r requirements-uv.lock \
 && .tools/bin/uv venv --quiet .venv \
 && .tools/bin/uv pip sync --quiet --no-cache --python .venv/bin/python --require-hashes requirements.lock
COPY pyproject.toml README.md LICENSE .env.example ./
COPY supabase supabase
COPY evals evals
COPY app app
RUN .tools/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --offline -e . \
 && .venv/bin/python -m compileall -q app

FROM python:3.11-slim-bookworm AS ponte
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/ponte ponte
ENV PATH=/opt/ponte/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1
WORKDIR /opt/ponte
COPY --from=build /opt/ponte/.venv .venv
COPY --from=build /opt/ponte/app app
COPY pyproject.toml README.md LICENSE .env.example ./
COPY supabase supabase
COPY evals evals
# By number, so that an orchestrator can see that it is not root.
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["ponte", "api", "--host", "0.0.0.0", "--port", "8000"]

FROM ponte AS browser
USER 0
# Debian keeps the newest Chromium alone, and no other should be run: a pinned one is gone, or unsafe, within weeks.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends chromium fonts-liberation fonts-noto-color-emoji \
 && rm -rf /var/lib/apt/lists/*
USER 10001
EXPOSE 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import json, urllib.request as web; assert json.load(web.urlopen('http://127.0.0.1:8001/health', timeout=4))['status'] == 'healthy'"]
CMD ["ponte", "browser", "--host", "0.0.0.0", "--port", "8001"]

# What is built without a target is the one without a browser.
FROM ponte
