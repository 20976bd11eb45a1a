# What a developer does here, by one word each. `make help` lists them.

# Vendors' keys never reach the demo or the tests: neither may spend money or leave this machine.
VENDOR_KEYS := KLING_API_KEY KLING_ACCESS_KEY KLING_SECRET_KEY OPENAI_API_KEY OPENAI_BASE_URL ANTHROPIC_API_KEY \
               AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
unexport $(VENDOR_KEYS)

PYTHON ?= $(shell tools/find_python.sh)
BIN := .venv/bin
UV := $(BIN)/uv
MEMBERS := protos/python $(patsubst %/,%,$(dir $(wildcard services/*/pyproject.toml)))
SOURCES := $(wildcard services/*/src) $(wildcard services/*/tests) tests
BESIDE := tools docker docs/examples conftest.py
# Minutes each: services as processes of their own on the real parts, taken away or watched from outside.
SYSTEM := $(addprefix tests/,browser chaos clients live openapi processes kafka/test_kafka_brokers.py monitoring/test_live.py)

# Numeric libraries start one thread per core in every process; this project makes its own processes.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup demo up down images push k8s-up k8s-down dev test test-system test-parts test-dev test-brokers test-chaos test-images \
        test-cluster test-api test-live parts parts-cluster check lint type imports proto proto-check fmt lock lock-check docs docs-check charts charts-check \
        monitoring monitoring-check simulate bench bench-bus bench-workers bench-api clean

help: ## Say what there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/.ready ## Install everything into .venv (needs Python >= 3.11 and a package index, nothing else)

.venv/.ready: requirements.lock tools/bootstrap.lock $(addsuffix /pyproject.toml,$(MEMBERS))
	@test -n "$(PYTHON)" || { echo "Reelwright needs Python 3.11 or newer; none was found. Install one, or: make setup PYTHON=/path/to/python"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/bootstrap.lock
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(addprefix -e ./,$(MEMBERS))
	@touch $@
	@echo "Set up. The command is .venv/bin/reelwright"

demo: setup ## Make a video from the sample recording, on this machine alone
	@$(BIN)/reelwright make docs/sample/talk.mp3 --script docs/sample/talk.txt -o build/demo/talk.short.mp4 --duration 45 --offline --force

test: check test-parts ## Every check, and every test but those of the targets below (18 minutes)
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q $(addprefix --ignore=,$(SYSTEM))

test-system: test-parts ## The services as processes on the real parts: killed, without a part, fuzzed, in a browser (12 minutes)
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q $(SYSTEM)

test-parts: setup
	@tools/install_parts.sh
	@PYTHONPATH=tests $(BIN)/python -m parts.install

test-brokers: setup ## One broker of three is lost under load, each in turn
	@PYTHONPATH=tests CI=true $(BIN)/python -m parts.install
	@CI=true $(BIN)/python -m pytest tests/kafka/test_kafka_brokers.py tests/chaos/test_broker_of_three.py -m "brokers or not brokers" -q

test-cluster: parts-cluster ## The chart in a control plane of Kubernetes, scaled by KEDA (a quarter of an hour; compiles them first, once: 21 minutes)
	@$(BIN)/python -m pytest -m cluster tests/cluster -q

test-images: setup ## Build the images without an engine and try them (root on Debian 12; SERVICES="planner renderer" for some)
	@SERVICES="$(SERVICES)" $(BIN)/python -m pytest -m images tests/images -q

up: ## Everything in containers on this machine (needs a Docker engine with Compose); ends with a key and a first command
	@$(PYTHON) -m tools.compose up

down: ## Stop what `make up` started; its volumes are kept
	@$(PYTHON) -m tools.compose down

images push: export REGISTRY := $(REGISTRY)
images push: export TAG := $(TAG)

images: ## Build every image (REGISTRY=registry.example/team TAG=1.2.3 names them)
	@$(PYTHON) -m tools.compose images

push: ## Push the images to REGISTRY
	@$(PYTHON) -m tools.compose push

k8s-up k8s-down: export CONTEXT := $(CONTEXT)
k8s-up k8s-down: export REGISTRY := $(REGISTRY)

k8s-up: setup ## Everything in a Kubernetes cluster of kind's on this machine (needs Docker, kind, kubectl, helm); CONTEXT=... REGISTRY=... for another
	@$(BIN)/python -m tools.cluster_up up

k8s-down: setup ## Remove what `make k8s-up` made
	@$(BIN)/python -m tools.cluster_up down

simulate: setup ## Simulate the autoscaling over three curves of arrivals, and write docs/scaling.md with its plots (minutes)
	@$(BIN)/python -m tools.simulate

test-dev: setup ## Start `make dev`, make a video as it says, end it by Ctrl-C
	@$(BIN)/python -m pytest -m dev tests/dev -q

dev: setup ## All services as processes, on the real Kafka, DynamoDB Local and S3 (needs Java); PORT=8080
	@PYTHONPATH=tests:. $(BIN)/python -m tools.dev $(if $(PORT),--port $(PORT))

test-chaos: setup ## Kill random services while they make 50 videos (minutes)
	@CHAOS_PROJECTS=50 $(BIN)/python -m pytest -q -s -m "chaos or not chaos" tests/chaos tests/kafka/test_kafka_driver.py

test-api: setup ## Try the whole API by its OpenAPI document, with schemathesis (10 minutes; FUZZ_S=300 FUZZ_SEED=1)
	@FUZZ_S=$(or $(FUZZ_S),300) FUZZ_SEED=$(or $(FUZZ_SEED),$$(date +%s)) $(BIN)/python -m pytest -q -s tests/openapi/test_fuzz.py

test-live: setup ## 2,000 listeners of events on one gateway (two minutes)
	@LIVE_LISTENERS=2000 $(BIN)/python -m pytest -q -s tests/live

parts: setup ## Fetch the real parts that tests can start (Kafka, DynamoDB Local, an S3 server, Prometheus) into the user's cache
	@PYTHONPATH=tests CI=true $(BIN)/python -m parts.install

parts-cluster: parts ## Compile a control plane of Kubernetes, with KEDA, into the user's cache
	@PYTHONPATH=tests CI=true $(BIN)/python -m parts.install cluster

check: setup lint type imports proto-check lock-check docs-check charts-check monitoring-check ## The static checks

lint: setup ## Style, by ruff and hadolint
	@$(BIN)/ruff check --quiet $(SOURCES) $(BESIDE)
	@$(BIN)/ruff format --check --quiet $(SOURCES) $(BESIDE)
	@$(BIN)/hadolint docker/*.Dockerfile

type: setup ## Types, by mypy --strict
	@$(BIN)/mypy $(wildcard services/*/src)
	@# Each folder apart: a conftest.py has the same module name in all of them.
	@for tests in $(wildcard services/*/tests) tests "$(BESIDE)"; do $(BIN)/mypy $$tests || exit; done

imports: setup ## Who may import whom
	@$(BIN)/lint-imports --no-logo

proto: setup ## Generate the Python member of the contracts
	@cd protos && ../$(BIN)/buf format -w
	@PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/python tools/generate_protos.py

proto-check: setup ## The contracts: lint, format, nothing broken, nothing stale
	@PATH=$(CURDIR)/$(BIN):$$PATH tools/check_protos.sh

fmt: setup ## Format the code
	@$(BIN)/ruff check --fix --quiet $(SOURCES) $(BESIDE) || true
	@$(BIN)/ruff format $(SOURCES) $(BESIDE)

lock: setup ## Write the locks after a change of a pyproject.toml; versions that fit are kept (UPGRADE=1: the newest)
	@$(BIN)/python tools/lock.py $(if $(UPGRADE),--upgrade)

lock-check: setup
	@$(BIN)/python tools/lock.py --check

docs: setup ## Write the generated pages
	@$(BIN)/python -m tools.write_docs

docs-check: setup
	@$(BIN)/python -m tools.write_docs --check

charts: setup ## Write what of the chart follows from the code, and what its examples render to
	@$(BIN)/python -m tools.chart
	@PYTHONPATH=tests $(BIN)/python -m charts.rendered

charts-check: setup
	@$(BIN)/python -m tools.chart --check

monitoring: setup ## Write the dashboards, and the rules of the objectives
	@$(BIN)/python -m tools.monitoring

monitoring-check: setup
	@$(BIN)/python -m tools.monitoring --check

bench: setup ## Time a render beside the bare encode of the same frames
	@$(BIN)/python -m reelwright_renderer.bench --out build/bench/render.json

bench-bus: setup ## The worker shell on Kafka beside a bare aiokafka loop that does the same
	@PYTHONPATH=tests $(BIN)/python -m bench.bus --out build/bench/bus.json

bench-workers: setup ## Twenty recordings at once, on one render worker and on two
	@PYTHONPATH=tests $(BIN)/python -m bench.workers --out build/bench/workers.json

bench-api: setup ## The API of `reelwright serve` beside a bare FastAPI application that does the same
	@PYTHONPATH=tests $(BIN)/python -m bench.api --out build/bench/api.json

clean: ## Remove what was built (not the state of your projects)
	@rm -rf build .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
