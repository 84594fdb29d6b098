"""What a recording must keep to. Each number was set on real sounds: see docs/voice-modeling.md."""

from __future__ import annotations

SHORTEST_S = 1.0
LONGEST_SENTENCE_S = 30.0
"""Of one sentence, read on its own."""
LONGEST_FILE_S = 20 * 60.0
"""Of a file in a package, which is cut at its pauses."""
MOST_FILES = 2000

SILENT_DB = -55.0
"""Level of speech, root mean square below full scale: there is none below this."""
QUIET_DB = -40.0
LEAST_SNR_DB = 20.0
GOOD_SNR_DB = 28.0
MOST_CLIPPED_SHARE = 0.0005
LEAST_BANDWIDTH_HZ = 5_500.0
"""Telephones pass 3.4 kHz; the s of a voice lies above 5."""
GOOD_BANDWIDTH_HZ = 7_000.0
LONGEST_DECAY_S = 0.45
"""Time in which the sound of the room falls by 60 dB."""
MOST_MUSIC_SHARE = 0.12
MOST_ERROR_RATE = 0.2
"""Words, or characters of Chinese, that are not as written."""
OTHER_TEXT_ERROR_RATE = 0.6
"""So far from its text it is the recording of another one."""
