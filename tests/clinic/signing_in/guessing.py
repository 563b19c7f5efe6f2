"""A process that guesses: ``python -m tests.clinic.signing_in.guessing ADDRESS TRIES`` prints how many were looked at."""

import sys

import django

django.setup()

from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402


def main(address: str, tries: int) -> None:
    """Try one password with one made-up log-in after another."""
    looked_at = 0
    for number in range(tries):
        guess = {"login": f"person{number}@riverside.example", "password": "Spring2026!!"}
        answer = Client(REMOTE_ADDR=address, SERVER_NAME="localhost").post(reverse("account_login"), guess)
        looked_at += b"Email or password is wrong." in answer.content
    sys.stdout.write(f"{looked_at}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
