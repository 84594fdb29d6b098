"""Voice conversion: what somebody says, in the voice of a person whose recordings were learnt.

content (what is said) and pitch -> converter -> spectrum -> vocoder -> sound
"""
