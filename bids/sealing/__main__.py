"""Entry point of `python -m bids.sealing`."""

import sys

from bids.sealing.command_line import main

sys.exit(main())
