"""The mouth: what a person's lips do when they speak, learned from footage and driven by any voice."""
