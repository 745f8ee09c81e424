"""``./balai manage create_operator EMAIL NAME``: the password is asked for, never an argument."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actions import create_operator
from kernel.errors import RuleBroken


class Command(BaseCommand):
    help = "Membuat operator platform. Kata sandi ditanyakan, atau dibaca dari masukan baku."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        if sys.stdin.isatty():
            password = getpass("Kata sandi: ")
        else:
            password = sys.stdin.readline().rstrip("\n")
        try:
            user = create_operator(email=options["email"], name=options["name"], password=password)
        except RuleBroken as broken:
            raise CommandError(broken.message) from broken
        self.stdout.write(f"Operator {user.name} <{user.email}> dibuat.")
