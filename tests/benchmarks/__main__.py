"""`./balai bench NAME [--cities N]`."""

import argparse
import importlib
import sys
from pathlib import Path

import django

from tests.benchmarks.harness import Bench


def main() -> int:
    here = Path(__file__).parent
    names = sorted(path.stem.removeprefix("bench_") for path in here.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="./balai bench")
    parser.add_argument("name", choices=names, metavar="NAMA", help=", ".join(names))
    parser.add_argument("--cities", type=int, default=20)
    parser.add_argument("--only", default="", help="functions whose name contains this")
    chosen = parser.parse_args()
    django.setup()
    module = importlib.import_module(f"tests.benchmarks.bench_{chosen.name}")
    for name, function in list(vars(module).items()):
        if name.startswith("bench_") and callable(function) and chosen.only in name:
            function(Bench(cities=chosen.cities))
    return 0


if __name__ == "__main__":
    sys.exit(main())
