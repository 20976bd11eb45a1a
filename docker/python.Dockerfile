# The image of one Python service; SERVICE is its folder's name:
#
#     docker build -f docker/python.Dockerfile --build-arg SERVICE=planner -t reelwright-planner .
#
# docker/README.md says what else may be given: another base, a mirror of the package index, labels.

# An exact tag; who releases pins its digest as well: --build-arg BASE=python:3.11.14-slim-bookworm@sha256:...
ARG BASE=python:3.11.14-slim-bookworm


# What builds; it stays behind.
FROM ${BASE} AS tools
COPY docker/with-index.sh /usr/local/bin/with-index
COPY tools/bootstrap.lock /build/bootstrap.lock
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=index_url --mount=type=secret,id=ca_bundle \
    python3 -m venv /build/tools \
    && with-index /build/tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r /build/bootstrap.lock


# What the service needs from others: only its own lock makes this layer anew.
FROM tools AS dependencies
ARG SERVICE
COPY services/${SERVICE}/requirements.lock /build/requirements.lock
# Bytecode is not held against the sources' times: those are not the same in every layer.
ENV PYC_INVALIDATION_MODE=UNCHECKED_HASH UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=secret,id=index_url --mount=type=secret,id=ca_bundle \
    /build/tools/bin/uv venv --quiet --python python3 /app \
    && with-index /build/tools/bin/uv pip sync --quiet --compile-bytecode --require-hashes \
       --python /app/bin/python /build/requirements.lock


# The service and the members of the workspace that it stands on, as a tree to lay over the dependencies. It is the same
# tree, and so the same layer, while none of those changed.
FROM dependencies AS own
ARG SERVICE
WORKDIR /build/source
COPY tools/members.py tools/members.py
COPY protos/python protos/python
COPY services services
COPY docker/entry.py docker/health.py docker/
# hadolint ignore=DL3003
RUN python3 tools/members.py "${SERVICE}" > /build/members \
    && while read -r member; do \
         (cd "${member}" && /build/tools/bin/hatchling build -t wheel -d /build/wheels) || exit 1; \
       done < /build/members \
    && sed 's#^.*/#reelwright-#; s#-python$#-protos#' /build/members > /build/own.txt \
    && /build/tools/bin/uv pip install --quiet --compile-bytecode --no-deps --no-index --find-links /build/wheels \
       --python /app/bin/python --prefix /own -r /build/own.txt \
    && install -D -m 755 docker/entry.py /own/bin/service \
    && install -D -m 755 docker/health.py /own/bin/health


FROM ${BASE} AS runtime
ARG SERVICE
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="reelwright-${SERVICE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
# The root file system may be read-only: what is written goes to /tmp and to /scratch, which may be volumes.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin reelwright \
    && install -d -o reelwright -g reelwright /scratch
COPY --from=dependencies /app /app
COPY --from=own /own /app
ENV PATH=/app/bin:${PATH} \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    REELWRIGHT_IMAGE_SERVICE=${SERVICE} \
    REELWRIGHT_SERVICE_HTTP_ADDRESS=0.0.0.0:8081 \
    REELWRIGHT_SERVICE_GRPC_ADDRESS=0.0.0.0:50051 \
    REELWRIGHT_GATEWAY_ADDRESS=0.0.0.0:8080 \
    REELWRIGHT_SERVICE_SCRATCH=/scratch
WORKDIR /tmp
USER 10001:10001
# Asks the service whether it is ready; Kubernetes has probes of its own and does not read this.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD ["/app/bin/health"]
ENTRYPOINT ["/app/bin/service"]
