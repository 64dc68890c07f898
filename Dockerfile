# Lễ Tân as an image: everything it needs to answer, read scans and speak to PostgreSQL and Chroma.
FROM python:3.12.11-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/letan \
 && /opt/letan/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt '.[postgres,llm]'

FROM python:3.12.11-slim-bookworm
# Debian drops a version when it mends it: pinned, the image could not be built next month.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-vie poppler-utils \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/letan --create-home letan
COPY --from=build /opt/letan /opt/letan
ENV PATH=/opt/letan/bin:$PATH LETAN_HOME=/var/lib/letan PYTHONUNBUFFERED=1
# By number, so that a cluster can see that it is nobody special.
USER 10001
WORKDIR /var/lib/letan
VOLUME /var/lib/letan
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=4 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["letan"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "4"]
