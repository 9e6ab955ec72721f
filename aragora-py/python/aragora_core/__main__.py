"""`python -m aragora_core validate-env`: checks the settings in the environment and says what it found."""

import os
import sys

from .config import Config
from .errors import AragoraError


def main(arguments: list[str]) -> int:
    """0: the settings are fine; 1: they are not; 2: another command was given."""
    if arguments != ["validate-env"]:
        print("usage: python -m aragora_core validate-env", file=sys.stderr)
        return 2
    try:
        config = Config.load(env=os.environ)
    except AragoraError as error:
        print(error, file=sys.stderr)
        for name, text in error.context.items():
            print(f"  {name}: {text}", file=sys.stderr)
        return 1
    print(config)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
