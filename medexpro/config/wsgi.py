"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # As in `cli`, for a server that was started another way.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medexpro.config.settings")
application = get_wsgi_application()
