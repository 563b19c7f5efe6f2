"""`python -m clinic.demo.preparation`: database and static files brought up to date, made-up clinics put into an empty one.

One process for the three: to load the code takes each of them longer than its work when all is there already.
"""

from django.core.management import execute_from_command_line

COMMANDS = (("migrate", "--no-input"), ("collectstatic", "--no-input"), ("load_demo", "--if-empty"))

if __name__ == "__main__":
    for command in COMMANDS:
        execute_from_command_line(["manage.py", *command])
