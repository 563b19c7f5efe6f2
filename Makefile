# Everything runs in .venv, which is made on first use. Choose another Python with PYTHON=, for example PYTHON=python3.13.
PYTHON ?= python3
BIN := .venv/bin

# Settings as a clinic runs them: what the deploy check of `make lint` looks at.
AS_DEPLOYED = set -a && . ./.env.example && SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	&& FIELD_ENCRYPTION_KEYS=$$($(BIN)/python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())') && SMS_GATEWAY_TOKEN=made-up

.PHONY: demo test lint types rules bench screenshots words lock

# Show a made-up clinic at http://127.0.0.1:8000. PORT=8001 chooses the port, RESET=1 starts over, Ctrl-C stops.
demo: .venv/installed
	@PORT="$(PORT)" RESET="$(RESET)" $(BIN)/python -m clinic.demo

# All checks, then all tests on SQLite and on PostgreSQL. ARGS="tests/clinic -k hours" chooses some.
test: .venv/installed
	@$(BIN)/python -m tests.run $(ARGS)

# Style, types, import rules, migrations and settings, without the tests. Types take as long as all the rest: side by side.
lint: .venv/installed
	@$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync=target types rules

types:
	$(BIN)/mypy .

rules:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive .
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/lint-imports --no-logo
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	@$(AS_DEPLOYED) && $(BIN)/python manage.py check --deploy --fail-level WARNING

# Measure what docs/performance.md reports; FULL=1 with up to a million sessions.
bench: .venv/installed
	$(BIN)/python -m bench

# Take the pictures of the README and the guide anew, from the demo.
screenshots: .venv/installed
	PYTHONPATH=. $(BIN)/python docs/screenshots.py

# Bring the lists of translations up to date with the code, and compile them.
words: .venv/installed
	$(BIN)/python -m tests.languages

# Turn requirements.in and requirements-dev.in into lists with versions and hashes.
lock: .venv/installed
	$(BIN)/uv pip compile -q --universal --no-strip-extras --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --no-strip-extras --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt

# The environment: made once, and again when the lists change.
.venv/installed: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Twelve Weeks needs Python 3.11 or newer; $(PYTHON) is not. Choose one: make PYTHON=python3.12 ..."; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@echo "Installing into .venv. This takes a minute, once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@
