import sys

from evaluation.vectors import main

sys.exit(main(sys.argv[1:]))
