# The commands of this repository. `make run` and `make test` are all a newcomer needs.

PYTHON := .venv/bin/python
HIENLUONG := .venv/bin/hienluong
BOOTSTRAP := $(firstword $(shell command -v python3.11 python3.12 python3.13 python3)) tools/bootstrap.py

# The demonstration has its own data directory, never that of a real installation.
ifeq ($(shell id -u),0)
demonstration := /var/lib/hienluong-demo
else
demonstration := $(or $(XDG_DATA_HOME),$(HOME)/.local/share)/hienluong-demo
endif
run demo: export HIENLUONG_DATA_DIR ?= $(demonstration)

.PHONY: run demo test prove bench lint lock clean

run: ## Set everything up and serve the demonstration province on 127.0.0.1:8000
	@$(BOOTSTRAP) --for run
	@exec $(HIENLUONG) serve --demo

demo: ## Send real documents through the public API of a demonstration and print every hop
	@$(BOOTSTRAP) --for run
	@$(HIENLUONG) demonstrate

test: ## Run the whole suite
	@$(BOOTSTRAP) --for test
	$(PYTHON) -m pytest -n 3 --dist worksteal -m "not prove" $(ARGS)

prove: ## Run the long proofs and print their figures
	@$(BOOTSTRAP) --for test
	$(PYTHON) -m pytest -m prove -s $(ARGS)

bench: ## Measure, beside a limit or a peer measured in the same run
	@$(BOOTSTRAP) --for bench
	$(PYTHON) -m benchmarks $(ARGS)

lint: ## Check style, types and the layers of the house
	@$(BOOTSTRAP) --for lint
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

lock: ## Renew the hashed lists of libraries
	@$(BOOTSTRAP) --for lint
	@for list in tool run dev node peer; do \
		.venv/bin/uv pip compile requirements/$$list.in --output-file requirements/$$list.txt --upgrade --quiet \
			--universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock"; \
	done

clean: ## Remove what was built; data directories stay
	rm -rf .venv frontend/node_modules src/hienluong/portal/static/portal/built .mypy_cache .ruff_cache
	find src -name '*.mo' -delete
