"""A hospital information system that takes payments and refunds, and lends its open bills, over signed JSON."""
