# README's two commands on a machine that has nothing: `docker build -t nlevolve .` solves, `docker run --rm nlevolve` tests.
FROM python:3.12-slim

RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home solver && install --directory --owner=solver /nlevolve
USER solver
WORKDIR /nlevolve
ENV PATH=/nlevolve/.venv/bin:$PATH

COPY --chown=solver . .
RUN make solve RUN=first TASKS="arc1:67a3c6ac arc1:68b16354 arc1:74dd1130 arc1:3c9b0459 arc1:0d3d703e arc1:a416b8f3"
CMD ["make", "test"]
