"""Sample data: two hospitals that look real and hold nobody's data (`manage.py load_sample`)."""
