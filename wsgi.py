"""What a WSGI server loads: `gunicorn -c python:pastebin.server.settings wsgi:app`."""

from pastebin import background, create_app

app = create_app()
background.begin(app)
