"""Rows by COPY: patients, their relations and their past visits, from two thousand to a million with flat memory.

Nothing is kept between rows: every id, name and relation is a function of a serial number, so that tables can be
written independently, in pieces and by several processes, and still fit together.
"""
