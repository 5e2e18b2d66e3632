"""report.html: one run on one page, without a network."""
