"""The command `fiscal`, also as `python -m fiscal_utils`.

Processes that are started import the module of the command anew: this one leaves it to them what they need.
"""


def main() -> None:
    """Runs the command line."""
    from fiscal_utils.cli import main as command

    command()


if __name__ == "__main__":
    main()
