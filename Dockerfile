FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps --requirement requirements.lock
COPY bot bot
COPY adapters adapters
RUN /venv/bin/pip install --no-cache-dir --no-build-isolation --no-deps .
COPY knowledge knowledge
# trains the model now, so that a container starts in seconds and needs little memory
RUN CACHE_DIR=/cache /venv/bin/interpol-bot ask "What is INTERPOL?"

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 bot && install -d -o bot -g bot /data
COPY --from=build /venv /venv
COPY --from=build --chown=bot:bot /cache /app/cache
COPY knowledge /app/knowledge
USER bot
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 HTTP_HOST=0.0.0.0 HTTP_PORT=8400 \
    KNOWLEDGE_DIR=/app/knowledge CACHE_DIR=/app/cache DATABASE_URL=sqlite:////data/interpol-bot.db
VOLUME /data
EXPOSE 8400
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8400/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["interpol-bot", "serve"]
