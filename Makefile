# Two commands are enough: `make serve` and `make test`. Both set up what they need.

PYTHON ?=
PORT ?=
BIN := .venv/bin
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help serve lab test check lint bench capacity lock plans clean run-env dev-env

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: run-env ## serve the course on this machine and print the address (PORT=9000 for another port)
	@$(BIN)/oligoteach serve $(if $(PORT),--port $(PORT))

lab: dev-env ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --LabApp.news_url=None notebooks

test: dev-env ## run every test, in a real browser too; list what failed
	@$(BIN)/python tools/run_tests.py

check: run-env ## check the data files and the claims that notebooks name
	@$(BIN)/oligoteach check

lint: dev-env ## style, types and floors only
	@$(BIN)/python tools/run_tests.py --only style,format,types,floors

bench: dev-env ## measure how the course feels, as ratios to baselines in the same run
	@chromium=$$($(BIN)/python tools/find_browser.py) && OLIGOTEACH_CHROMIUM="$$chromium" $(BIN)/python -m benchmarks

capacity: dev-env ## measure how large a class this machine holds, and what that takes (a quarter of an hour)
	@chromium=$$($(BIN)/python tools/find_browser.py) && OLIGOTEACH_CHROMIUM="$$chromium" $(BIN)/python -m benchmarks.capacity

lock: dev-env ## write requirements/*.txt anew from pyproject.toml (UPGRADE=1 for newer versions)
	@tools/lock.sh $(if $(UPGRADE),--upgrade)

plans: ## compute the plans of the plan room anew, in an environment of their own (ten minutes)
	@tools/build_plans.sh $(CASES)

clean: ## remove caches and builds, not the environment
	@rm -rf build dist .cache .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	@find . -path ./.venv -prune -o -type d -name __pycache__ -exec rm -rf {} +

run-env:
	@tools/setup_env.sh run

dev-env:
	@tools/setup_env.sh dev
