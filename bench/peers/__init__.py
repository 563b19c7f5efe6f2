"""The same load and the same questions put to others: django-appointment and django-scheduler, as PyPI has them."""
