"""What many processes share: one ledger, one measure of each model's limits, one sample bank, behind one small service."""
