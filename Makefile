.PHONY: check lint types imports test bench fmt

check: lint types imports test

lint:
	uv run --group dev ruff check .
	uv run --group dev ruff format --check .

types:
	uv run --group dev mypy

imports:
	uv run --group dev lint-imports

test:
	uv run --group dev pytest

fmt:
	uv run --group dev ruff check --fix .
	uv run --group dev ruff format .

bench:
	uv run --group dev --group bench python bench/run.py
