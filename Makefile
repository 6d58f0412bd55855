# make demo: look at it.  make test: check it.  make: this list.
SHELL := /bin/bash
PYTHON ?= python3.11
PORT ?= 8000
SANDBOX_PORT ?= 9100
BIN := .venv/bin

.PHONY: help demo run follow test browser-test check bench doctor sbom clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/runs  ## the dashboard with two synthetic tenants on http://127.0.0.1:8000
	@env -u DATABASE_URL -u CACHE_URL ENV_FILE= HTTPS=off SANDBOX_URL=http://127.0.0.1:$(SANDBOX_PORT) $(BIN)/python manage.py demo --port $(PORT)

run: .venv/runs  ## the dashboard with the tenants of .env
	@test -f .env || { echo "There is no .env yet. Copy .env.example to .env and fill in a tenant."; exit 1; }
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@$(BIN)/gunicorn dashboard.wsgi

follow: .venv/runs  ## keeps the indexes of the tenants of .env, beside "make run"
	@test -f .env || { echo "There is no .env yet. Copy .env.example to .env and fill in a tenant."; exit 1; }
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/python manage.py follow

doctor: .venv/runs  ## what the configured tenants' APIs really do
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py doctor

test: .venv/tests  ## every test that needs no service and no browser
	@$(BIN)/pytest -n auto --dist worksteal -m "not browser and not postgres and not node and not redis"

browser-test: .venv/tests  ## the tests in headless Chromium
	@npm ci --prefix tests/browser/node --no-audit --no-fund --silent
	@npm ci --prefix tests/accounts/node --no-audit --no-fund --silent
	@$(BIN)/pytest -n 2 --dist worksteal -m browser

check: .venv/tests  ## lint, types, imports, deployment settings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@.ci/check-deploy

bench: .venv/tests  ## the figures of docs/performance.md, each beside its floor; fails when a bar is missed
	@$(BIN)/python -m benchmarks

sbom: .venv/tests  ## what the dashboard is made of, as CycloneDX: writes sbom.cdx.json
	@$(BIN)/python .ci/sbom.py > sbom.cdx.json

clean:  ## remove the virtual environment, the demo's data and all caches
	@rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/python:
	@python=$$(command -v $(PYTHON) || command -v python3) || { echo "Python 3.11 is needed: no $(PYTHON) and no python3 was found. On Debian: apt install python3 python3-venv"; exit 1; }; \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $$python is $$("$$python" -V). Name another: make PYTHON=/path/to/python3.11"; exit 1; }; \
	"$$python" -m venv .venv 2>/dev/null || { rm -rf .venv; echo "$$python cannot make a virtual environment. On Debian: apt install python3-venv"; exit 1; }

.venv/runs: requirements.txt | .venv/bin/python
	@echo "Installing what the dashboard needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/tests: requirements-dev.txt .venv/runs
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
