# make demo | test | test-all | check | bench        PORT=8001 and DATA_DIR=/some/folder are honoured
.PHONY: demo setup setup-dev test test-all check bench screenshots sbom
.DEFAULT_GOAL := help

PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11 python3.14,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))) python3)
RUN := .venv/bin/python
export PYTHONUNBUFFERED := 1

help:
	@echo "make demo       a filled platform at http://127.0.0.1:$${PORT:-8000} (PORT= and DATA_DIR= are honoured)"
	@echo "make test       all tests that fit ten minutes"
	@echo "make test-all   all tests"
	@echo "make check      linters, types, layers, migrations, translations, deployment settings"
	@echo "make bench      benchmarks, as ratios"
	@echo "make sbom       what the platform is made of (CycloneDX), out of the locks"
	@echo "make screenshots  pictures of every page into var/screenshots (ARGS='--only desk --minutes 5')"

setup:
	@$(PYTHON) -I config/install.py

setup-dev:
	@$(PYTHON) -I config/install.py --dev

demo: export DEMO := 1
demo: setup
	@$(RUN) manage.py migrate --noinput -v 0
	@$(RUN) manage.py demo
	@exec $(RUN) manage.py serve

test: setup-dev
	@$(RUN) tests/run.py

# Behind `make test` in the same call only the rest, so that nothing runs twice.
test-all: setup-dev
	@$(RUN) tests/run.py $(if $(filter test,$(MAKECMDGOALS)),--rest,--all)

check: setup-dev
	@$(RUN) tests/check.py

sbom:
	@$(PYTHON) -I config/sbom.py

bench: setup-dev
	@$(RUN) -m tests.bench

screenshots: setup-dev
	@$(RUN) tests/screenshots.py $(ARGS)
