"""`python -m reelwright_standalone`: the `reelwright` command."""

from reelwright_standalone.cli import main

if __name__ == "__main__":
    main()
