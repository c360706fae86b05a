# The course on a department's own server, or as the image of each learner in a JupyterHub.
# deploy/README.md tells how to build and run it. It was not built where the course is tested: there
# is no container engine there; tests hold what can be held without one.
FROM python:3.11-slim-bookworm AS build

WORKDIR /src
# What rarely changes comes first. Every package is checked by its hash.
COPY requirements/hub.txt requirements/hub.txt
RUN python -m venv /opt/oligoteach \
    && /opt/oligoteach/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes -r requirements/hub.txt
COPY pyproject.toml README.md LICENSE LICENSE-CONTENT ./
COPY data data
COPY notebooks notebooks
COPY oligoteach oligoteach
RUN /opt/oligoteach/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm

# Program and lessons belong to root, and nobody else may write to them; the course runs as learner,
# whose home holds progress where a hub runs it, and nothing else.
COPY --from=build /opt/oligoteach /opt/oligoteach
RUN useradd --uid 1000 --create-home learner
ENV PATH=/opt/oligoteach/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 1000
WORKDIR /home/learner
EXPOSE 8866
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8866/', timeout=8)"]
CMD ["oligoteach", "serve", "--no-browser", "--port", "8866"]
