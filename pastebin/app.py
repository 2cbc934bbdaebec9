"""create_app(): settings → extensions → blueprints → errors. Wiring only."""

import logging
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

from flask import Flask
from werkzeug.wrappers import Response

from pastebin import config, instance, migrations
from pastebin.access import hosts, rates
from pastebin.access.current import QuickRequest, current_request
from pastebin.access.login import register_login
from pastebin.access.session_cookie import ServerSessions
from pastebin.blobs.local import LocalStore
from pastebin.blobs.staged import StagedStore
from pastebin.blueprints import delivery, errors
from pastebin.blueprints.api import bp as api
from pastebin.blueprints.compiled import CompiledTemplates
from pastebin.blueprints.files import bp as files
from pastebin.blueprints.hushfile import bp as hushfile
from pastebin.blueprints.images import bp as images
from pastebin.blueprints.keys import bp as keys
from pastebin.blueprints.lane import Lane
from pastebin.blueprints.web import bp as web
from pastebin.config import Settings
from pastebin.edge import Edge
from pastebin.extensions import csrf, db, tune_sqlite
from pastebin.generation import Generation
from pastebin.images.budget import Budget
from pastebin.images.cache import Cache
from pastebin.images.derived import DerivedImages
from pastebin.images.pool import Bounds, Pool
from pastebin.lean import LeanFlask
from pastebin.services import staging, views
from pastebin.tally import Tally

# Of an image that is opened, since some of the libraries read it whole; and of one that is made.
_LARGEST_SOURCE_BYTES = 256 << 20
_LARGEST_RESULT_BYTES = 128 << 20


def create_app(instance_folder: Path | str | None = None, **overrides: object) -> Flask:
    """The application over one instance folder, ready to serve: database migrated, store laid out.

    Args:
        instance_folder: where its data lies; PASTEBIN_INSTANCE, else `instance`, when None.
        overrides: settings that win over file and environment.

    Raises:
        ConfigInvalid: a setting that is unknown or cannot be used.
    """
    folder = Path(instance_folder).absolute() if instance_folder else config.instance_folder()
    given = config.given(folder, None, **overrides)
    settings = config.read(given)
    instance.prepare(folder)
    settings = replace(settings, SECRET_KEY=settings.SECRET_KEY or instance.secret_key(folder))
    logging.basicConfig(level=settings.LOG_LEVEL.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")

    app = LeanFlask("pastebin", instance_path=str(folder), static_folder=None, template_folder=None)
    _configure(app, folder, settings)
    app.extensions["pastebin.origins"] = {name: where for name, (where, _raw) in given.items()}
    _extend(app)
    migrations.upgrade_if_needed(app)
    for blueprint in (web, api, keys, images, hushfile, files):
        app.register_blueprint(blueprint)
    errors.register(app)

    @app.before_request
    def check_host() -> None:
        # What an access log may show: addresses hold keys and tokens.
        request = current_request()
        request.environ["pastebin.route"] = request.url_rule.rule if request.url_rule else "(no route)"
        if request.path not in ("/healthz", "/readyz"):
            hosts.check_host(request)

    @app.after_request
    def finish(response: Response) -> Response:
        return delivery.finish(current_request(), rates.settle(response))

    return app


def _configure(app: Flask, folder: Path, settings: Settings) -> None:
    database = settings.DATABASE_URL or f"sqlite:///{folder / 'pastebin.sqlite'}"
    is_sqlite = database.startswith("sqlite")
    app.config.from_mapping(
        SECRET_KEY=settings.SECRET_KEY,
        SECRET_KEY_FALLBACKS=list(settings.SECRET_KEY_FALLBACKS),
        SQLALCHEMY_DATABASE_URI=database,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": settings.THREADS + 2,
            "max_overflow": 8,
            "pool_timeout": 30,
            **({"connect_args": {"cached_statements": 512}} if is_sqlite else {}),  # the lengths of `prepared`
            "hide_parameters": True,  # an error's text goes into the log; private keys and hashes must not
        },
        # The gate checks CSRF itself, header first: the global check would read an upload's whole body before anybody
        # could refuse it.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_FORM_MEMORY_SIZE=1 << 20,
    )
    app.extensions["pastebin.settings"] = settings
    places = config.places(folder, settings)
    store = StagedStore(LocalStore(places.blobs, settings.STORAGE_RESERVE), partial(_staged, app))
    app.extensions["pastebin.store"] = store
    app.extensions["pastebin.derived"] = _derived_images(places.derived, settings)
    edge = Edge(places.proxy) if places.proxy else None
    app.extensions["pastebin.edge"] = edge
    generation = Generation(folder / "generation", edge)
    app.extensions["pastebin.generation"] = generation
    app.extensions["pastebin.tally"] = Tally(views.MANY)
    app.wsgi_app = Lane(app.wsgi_app, generation, for_proxy=edge is not None)  # type: ignore[method-assign]
    app.jinja_options = {"bytecode_cache": CompiledTemplates(folder / "compiled")}
    app.session_interface = ServerSessions()
    app.request_class = QuickRequest
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it


def _derived_images(root: Path, settings: Settings) -> DerivedImages:
    cache = Cache(root, settings.DERIVED_CACHE_SIZE, lambda: shutil.disk_usage(root).free > settings.STORAGE_RESERVE)
    bounds = Bounds(settings.IMAGE_TIME, settings.IMAGE_MEMORY, _LARGEST_RESULT_BYTES)
    budget = Budget(settings.MAX_IMAGE_PIXELS, settings.MAX_IMAGE_FRAMES, _LARGEST_SOURCE_BYTES)
    return DerivedImages(cache, Pool(root / "turns", bounds), budget)


def _staged(app: Flask, digest: str) -> bytes | None:
    """The bytes of a staged content, for whoever asks: the lane does so outside of any request."""
    with app.app_context():
        return staging.content_of(digest)


def _extend(app: Flask) -> None:
    db.init_app(app)
    # No request has a session of the ORM that would have to be removed: services use connections.
    app.teardown_appcontext_funcs.remove(db._teardown_session)
    tune_sqlite(app)
    migrations.register(app)
    csrf.init_app(app)
    register_login(app)
