"""The work modules of these tests are imported by name, here and in child processes."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
